import { createValetKey } from "@valetkey/server";
import { bucket } from "./bucket";
import { currentUser, mayUseAlbum } from "./users";

globalThis.files = await createValetKey({
  bucket,
  database: "files.db",
  user: currentUser,
  resources: {
    album: {
      may: mayUseAlbum,
      accept: ["image/*"],
      maxBytes: 20_000_000,
      onReady: (file, id) => console.log(`the album of ${id} has ${file.filename}`),
    },
  },
});
