import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { createValetKey } from "@valetkey/server";
import fastify from "fastify";
import { bucket } from "../bucket.ts";

// The data of the application: its sessions, its notes, and the readers of each note. Your application stores such data in a database.
const sessions = new Map<string, { id: string }>();
const notes = new Map<string, { ownerId: string; readers: Set<string> }>();
const userOf = (cookies = "") => sessions.get(/(?:^|; )session=([\w-]+)/.exec(cookies)?.[1] ?? "") ?? null;

const files = await createValetKey({
  bucket,
  database: "files.db",
  user: (request) => userOf(request.headers.get("cookie") ?? ""),
  resources: {
    note: {
      may: (user, action, id) =>
        notes.get(id)?.ownerId === user.id || (action === "read" && notes.get(id)?.readers.has(user.id) === true),
      onReady: (file, id) => console.log(`note ${id} has ${file.filename}`),
    },
  },
});

const app = fastify();
const folderOf = (url: string) => fileURLToPath(new URL(".", url));
app.register(fastifyStatic, { root: folderOf(new URL("../public/index.html", import.meta.url).href) });
const client = folderOf(import.meta.resolve("@valetkey/client"));
app.register(fastifyStatic, { root: client, prefix: "/client/", decorateReply: false });
app.register(files.fastify);

// Signs a user in with only a name. Your application needs a real sign-in.
app.post<{ Body: { name: string } }>("/sign-in", (request, reply) => {
  const session = randomUUID();
  sessions.set(session, { id: request.body.name });
  return reply.header("set-cookie", `session=${session}; HttpOnly; SameSite=Lax; Path=/`).code(204).send();
});

app.post("/notes", (request, reply) => {
  const user = userOf(request.headers.cookie);
  if (user === null) return reply.code(401).send();
  const id = randomUUID();
  notes.set(id, { ownerId: user.id, readers: new Set() });
  return reply.code(201).send({ id });
});

app.put<{ Params: { noteId: string; name: string } }>("/notes/:noteId/shares/:name", (request, reply) => {
  const note = notes.get(request.params.noteId);
  if (note === undefined || note.ownerId !== userOf(request.headers.cookie)?.id) return reply.code(403).send();
  note.readers.add(request.params.name);
  return reply.code(204).send();
});

app.get<{ Params: { id: string } }>("/attachments/:id/url", async (request, reply) => {
  const user = userOf(request.headers.cookie);
  if (user === null) return reply.code(401).send();
  const issued = await files.issueUrl(user, request.params.id).catch(() => undefined);
  return issued === undefined
    ? reply.code(403).send()
    : reply.header("cache-control", "no-store").send({ fileUrl: issued.url });
});

const port = Number(process.env.PORT ?? 3000);
await app.listen({ port });
console.log(`listens on http://localhost:${port}`);
