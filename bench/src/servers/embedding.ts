// An application that embeds Valet Key on plain node:http, and verifies a JWT as the peers do. The access rule of the application reads a
// map in memory.
import { createServer } from "node:http";
import { createValetKey } from "@valetkey/server";
import { createDataset } from "../rig/dataset.ts";
import { sqliteFileIn } from "../rig/service.ts";
import { settings } from "../rig/settings.ts";

const { PORT, DATA_DIR, DATABASE_URL } = process.env as Record<string, string>;

/** The function that checks tokens is JavaScript, because the servers of the peers use the same function. */
type PeerSettings = { userOf(authorization: string | null): string | undefined };
const { userOf }: PeerSettings = await import(new URL("../../peers/settings.js", import.meta.url).href);

const { notes, shares } = createDataset();
const usersOf = new Map(notes.map(({ id, ownerId }) => [id, new Set([ownerId])]));
for (const { noteId, userId } of shares) usersOf.get(noteId)?.add(userId);

const { bucket: name, region, accessKeyId, secretAccessKey } = settings;

const files = await createValetKey({
  bucket: { name, region, credentials: { accessKeyId, secretAccessKey } },
  database: DATABASE_URL ?? sqliteFileIn(DATA_DIR ?? ""),
  schema: "public",
  user(request) {
    const id = userOf(request.headers.get("authorization"));
    return id === undefined ? null : { id, email: `${id}@bench.example`, name: "Bench" };
  },
  resources: { note: { may: (user, _action, id) => usersOf.get(id)?.has(user.id) === true } },
});

const server = createServer(files.node);
server.listen(Number(PORT), "127.0.0.1");
process.once("SIGTERM", () => {
  server.close(() => files.close().then(() => process.exit(0)));
  server.closeAllConnections();
});
