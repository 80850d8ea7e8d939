import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { createValetKey } from "@valetkey/server";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { bucket } from "../bucket.ts";

// The data of the application: its sessions, its notes, and the readers of each note. Your application stores such data in a database.
const sessions = new Map<string, { id: string }>();
const notes = new Map<string, { ownerId: string; readers: Set<string> }>();
const userOf = (session = "") => sessions.get(session) ?? null;

const files = await createValetKey({
  bucket,
  database: "files.db",
  user: (request) => userOf(/(?:^|; )session=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1]),
  resources: {
    note: {
      may: (user, action, id) =>
        notes.get(id)?.ownerId === user.id || (action === "read" && notes.get(id)?.readers.has(user.id) === true),
      onReady: (file, id) => console.log(`note ${id} has ${file.filename}`),
    },
  },
});

const app = new Hono();
app.all("/files/*", (context) => files.fetch(context.req.raw));

const folders = { page: new URL("../public/", import.meta.url), client: import.meta.resolve("@valetkey/client") };
const script = { "content-type": "text/javascript" };
app.get("/", async (context) => context.html(await readFile(new URL("index.html", folders.page), "utf8")));
app.get("/page.js", async (context) =>
  context.body(await readFile(new URL("page.js", folders.page), "utf8"), 200, script),
);
app.get("/client/:path{[a-z0-9/-]+\\.js}", async (context) =>
  context.body(await readFile(new URL(context.req.param("path"), folders.client), "utf8"), 200, script),
);

// Signs a user in with only a name. Your application needs a real sign-in.
app.post("/sign-in", async (context) => {
  const session = randomUUID();
  sessions.set(session, { id: (await context.req.json()).name });
  setCookie(context, "session", session, { httpOnly: true, sameSite: "Lax" });
  return context.body(null, 204);
});

app.post("/notes", (context) => {
  const user = userOf(getCookie(context, "session"));
  if (user === null) return context.body(null, 401);
  const id = randomUUID();
  notes.set(id, { ownerId: user.id, readers: new Set() });
  return context.json({ id }, 201);
});

app.put("/notes/:noteId/shares/:name", (context) => {
  const note = notes.get(context.req.param("noteId"));
  if (note === undefined || note.ownerId !== userOf(getCookie(context, "session"))?.id) return context.body(null, 403);
  note.readers.add(context.req.param("name"));
  return context.body(null, 204);
});

app.get("/attachments/:id/url", async (context) => {
  const user = userOf(getCookie(context, "session"));
  if (user === null) return context.body(null, 401);
  const issued = await files.issueUrl(user, context.req.param("id")).catch(() => undefined);
  if (issued === undefined) return context.body(null, 403);
  return context.json({ fileUrl: issued.url }, 200, { "cache-control": "no-store" });
});

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) =>
  console.log(`listens on http://localhost:${port}`),
);
