import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { createValetKey } from "@valetkey/server";
import express, { type Request } from "express";
import { bucket } from "../bucket.ts";

type User = { id: string; name: string };

// The database of the application stores the users, their notes, and the users who may read a note.
const db = new DatabaseSync("app.db");
db.exec(`
  CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT UNIQUE NOT NULL, session TEXT UNIQUE);
  CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, title TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS shares (note_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (note_id, user_id));
`);
const first = (sql: string, ...values: string[]) => db.prepare(sql).get(...values);

function userOf(cookies: string | null | undefined): User | null {
  const session = /(?:^|; )session=([\w-]+)/.exec(cookies ?? "")?.[1] ?? "";
  return (first("SELECT id, name FROM users WHERE session = ?", session) as User | undefined) ?? null;
}

// The access rule of the application. Valet Key calls this function before a user reads, adds or removes a file.
function mayUseNote(user: User, action: "read" | "add" | "remove", noteId: string): boolean {
  if (first("SELECT 1 FROM notes WHERE id = ? AND user_id = ?", noteId, user.id)) return true;
  return action === "read" && !!first("SELECT 1 FROM shares WHERE note_id = ? AND user_id = ?", noteId, user.id);
}

const files = await createValetKey({
  bucket,
  database: "files.db",
  user: (request) => userOf(request.headers.get("cookie")),
  resources: { note: { may: mayUseNote, maxBytes: 100_000_000 } },
});

const app = express();
app.use(express.static(fileURLToPath(new URL("../public", import.meta.url))), express.json());
app.use("/client", express.static(fileURLToPath(new URL(".", import.meta.resolve("@valetkey/client")))));
app.all("/files/*path", files.node);

// Signs a user in with only a name. Your application needs a real sign-in.
app.post("/sign-in", (request, response) => {
  const session = randomUUID();
  const sql = "INSERT INTO users VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET session = excluded.session";
  db.prepare(sql).run(randomUUID(), String(request.body.name), session);
  response.cookie("session", session, { httpOnly: true, sameSite: "lax" }).sendStatus(204);
});

app.use((request, response, next) => (userOf(request.headers.cookie) === null ? response.sendStatus(401) : next()));
const caller = (request: Request) => userOf(request.headers.cookie) as User;

app.post("/notes", (request, response) => {
  const note = { id: randomUUID(), title: String(request.body.title) };
  db.prepare("INSERT INTO notes VALUES (?, ?, ?)").run(note.id, caller(request).id, note.title);
  response.status(201).json(note);
});

app.put("/notes/:noteId/shares/:name", (request, response) => {
  const { noteId, name } = request.params;
  if (!mayUseNote(caller(request), "add", noteId)) return response.sendStatus(403);
  const receiver = first("SELECT id FROM users WHERE name = ?", name) as User | undefined;
  if (receiver === undefined) return response.sendStatus(404);
  db.prepare("INSERT OR IGNORE INTO shares VALUES (?, ?)").run(noteId, receiver.id);
  return response.sendStatus(204);
});

// Issues a URL of one file. The route checks the access to the file, signs URLs only for verified files, and records each URL.
app.get("/attachments/:attachmentId/url", async (request, response) => {
  try {
    const { url } = await files.issueUrl(caller(request), request.params.attachmentId);
    response.set("cache-control", "no-store").json({ fileUrl: url });
  } catch (error) {
    response.sendStatus((error as { code: string }).code === "access_denied" ? 403 : 404);
  }
});

const port = process.env.PORT ?? "3000";
app.listen(port, (error) => {
  if (error) throw error;
  console.log(`listens on http://localhost:${port}`);
});
