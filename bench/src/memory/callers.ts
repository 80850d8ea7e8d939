import { randomBytes } from "node:crypto";
import { type Client, createClient } from "@valetkey/client";
import { createToken } from "../rig/token.ts";

/** Counts the requests that have succeeded so far. A round is the whole life of one note. */
export type Done = { rounds: number; uploads: number; forms: number; urls: number; shares: number };

const CALLERS = 8;
const UPLOAD_BYTES = 256 * 1024;
const FORM_BYTES = 2 ** 20;
const URLS = 20;

type Caller = { client: Client; token: string; userId: string; baseUrl: string };

/** Lets eight users call the service at the same time until `signal` is aborted. Rejects if the service refuses a request. */
export async function runCallers(
  baseUrl: string,
  { done, signal }: { done: Done; signal: AbortSignal },
): Promise<void> {
  const callers = await Promise.all(
    Array.from({ length: CALLERS }, (_, nth) => createCaller(baseUrl, `caller-${nth}`)),
  );
  await Promise.all(
    callers.map(async (caller, nth) => {
      const reader = callers[(nth + 1) % CALLERS] as Caller;
      while (!signal.aborted) await useNote(caller, { reader, done });
    }),
  );
}

async function createCaller(baseUrl: string, name: string): Promise<Caller> {
  const token = await createToken(name);
  const client = createClient({ baseUrl, token });
  return { client, token, userId: (await client.me()).id, baseUrl };
}

/** Creates a note, uploads a file, posts a form, and shares the note. Then gets URLs as both users, lists notes, and deletes the note. */
async function useNote(caller: Caller, { reader, done }: { reader: Caller; done: Done }): Promise<void> {
  const { client } = caller;
  const note = await client.notes.create({ title: "A note with files" });
  const uploaded = await client.upload(note.id, fileOf(UPLOAD_BYTES)).done;
  done.uploads += 1;
  const formed = await sendForm(caller, note.id);
  done.forms += 1;
  await client.shares.put({ noteId: note.id }, { userIds: [reader.userId], role: "viewer" });
  done.shares += 1;
  for (let nth = 0; nth < URLS; nth += 1) {
    await (nth % 2 === 0 ? caller : reader).client.urlFor(nth % 4 < 2 ? uploaded.id : formed);
    done.urls += 1;
  }
  await client.notes.list();
  await reader.client.notes.list();
  await client.notes.remove(note.id);
  await client.trash.remove({ noteId: note.id });
  done.rounds += 1;
}

async function sendForm({ baseUrl, token }: Caller, noteId: string): Promise<string> {
  const body = new FormData();
  body.append("file", fileOf(FORM_BYTES));
  const response = await fetch(`${baseUrl}/notes/${noteId}/attachments`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body,
  });
  if (!response.ok) throw new Error(`A form was refused: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}

function fileOf(bytes: number): File {
  return new File([randomBytes(bytes)], "measurements.bin", { type: "application/octet-stream" });
}
