import type { Attachment, Client, Note } from "../../../../packages/client/src/index.ts";
import type { SampleFile } from "./files.ts";

type NoteSeed = {
  title: string;
  /** The text of the note, in Markdown. */
  body?: string;
  files?: readonly SampleFile[];
  /** The users who get a share of the note. With user ids, a share appears immediately, and not as an invitation. */
  sharedWith?: { userIds: string[]; role?: "viewer" | "editor"; expiresAt?: string };
};

/** Creates a note with ready files, and shares the note. */
export async function seedNote(client: Client, { title, body, files = [], sharedWith }: NoteSeed): Promise<Note> {
  const { id } = await client.notes.create({ title, ...(body !== undefined && { body }) });
  for (const file of files) await seedFile(client, { noteId: id, file });
  if (sharedWith !== undefined) await client.shares.put({ noteId: id }, { role: "viewer", ...sharedWith });
  return client.notes.get(id);
}

export function seedFile(client: Client, { noteId, file }: { noteId: string; file: SampleFile }): Promise<Attachment> {
  const bytes = new Uint8Array(file.bytes);
  return client.upload(noteId, new File([bytes], file.name, { type: file.type }), { path: file.path }).done;
}
