import { refresh } from "next/cache";
import { currentUser, readers } from "../../../users";
import { SignIn } from "../../sign-in";
import { Album } from "./album";

async function share(form: FormData) {
  "use server";
  const user = await currentUser();
  if (user === null) return;
  const names = readers.get(user.id) ?? new Set();
  readers.set(user.id, names.add(String(form.get("name"))));
  refresh();
}

export default async function Page({ params }: { params: Promise<{ owner: string }> }) {
  const owner = decodeURIComponent((await params).owner);
  const user = await currentUser();
  if (user === null) return <SignIn />;
  const item = { resource: "album", itemId: owner };
  // `list` asks `may`.
  const album = await globalThis.files.list(user, item, { limit: 200 }).catch((error) => {
    if (error.code !== "access_denied") throw error;
  });
  if (album === undefined) {
    return (
      <p>
        Access denied: {owner} has not shared this album with you. <a href="/">Open your album</a>
      </p>
    );
  }
  const photos = album.files
    .filter(({ state }) => state === "ready")
    .map(({ id, filename, previews }) => ({ id, filename, ...(previews && { previews }) }));
  const isOwner = user.id === owner;
  return (
    <>
      <h1>The album of {owner}</h1>
      <Album owner={owner} mayAdd={isOwner} photos={photos} />
      {isOwner && (
        <form action={share}>
          <label>
            Let this person see it <input name="name" required />
          </label>
          <button type="submit">Share</button>
          <p>Seen by: {[...(readers.get(owner) ?? [])].join(", ") || "nobody else"}</p>
        </form>
      )}
    </>
  );
}
