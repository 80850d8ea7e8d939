import type { Attachment } from "@valetkey/client";
import { clear, createStore, delMany, get, keys, set, type UseStore } from "idb-keyval";

let store: UseStore | undefined;

function open(): UseStore {
  store ??= createStore("valetkey.thumbnails", "thumbnails");
  return store;
}

/** The content of an attachment never changes once it is ready, so neither does its picture. */
function keyOf({ noteId, id, checksum }: Attachment): string {
  return [noteId, id, checksum?.value ?? ""].join("/");
}

export async function findThumbnail(attachment: Attachment): Promise<Blob | undefined> {
  return get<Blob>(keyOf(attachment), open()).catch(() => undefined);
}

export async function keepThumbnail(attachment: Attachment, thumbnail: Blob): Promise<void> {
  await set(keyOf(attachment), thumbnail, open()).catch(() => undefined);
}

/** Removes the pictures of what is no longer on a note. */
export async function pruneThumbnails(noteId: string, attachments: readonly Attachment[]): Promise<void> {
  const wanted = new Set(attachments.map(keyOf));
  const all = await keys<string>(open()).catch(() => []);
  const gone = all.filter((key) => key.startsWith(`${noteId}/`) && !wanted.has(key));
  if (gone.length > 0) await delMany(gone, open()).catch(() => undefined);
}

export async function forgetThumbnails(): Promise<void> {
  await clear(open()).catch(() => undefined);
}
