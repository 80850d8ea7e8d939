import type { Attachment } from "@valetkey/client";
import { delMany, get, keys, set } from "idb-keyval";
import { browserStore } from "../browser-store.ts";

const withStore = browserStore("thumbnails");

/** Returns the key of a thumbnail. The content of a ready attachment never changes, so its thumbnail never changes. */
function keyOf({ noteId, id, checksum }: Attachment): string {
  return [noteId, id, checksum?.value ?? ""].join("/");
}

export function findThumbnail(attachment: Attachment): Promise<Blob | undefined> {
  return withStore((store) => get<Blob>(keyOf(attachment), store), undefined);
}

export function storeThumbnail(attachment: Attachment, thumbnail: Blob): Promise<void> {
  return withStore((store) => set(keyOf(attachment), thumbnail, store), undefined);
}

/** Deletes the stored thumbnails of a note, except the thumbnails of these attachments. */
export function pruneThumbnails(noteId: string, attachments: readonly Attachment[]): Promise<void> {
  const wanted = new Set(attachments.map(keyOf));
  return withStore(async (store) => {
    const gone = (await keys<string>(store)).filter((key) => key.startsWith(`${noteId}/`) && !wanted.has(key));
    if (gone.length > 0) await delMany(gone, store);
  }, undefined);
}
