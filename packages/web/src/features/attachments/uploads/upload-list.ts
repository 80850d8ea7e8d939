import { useMemo, useSyncExternalStore } from "react";
import type { Upload } from "./upload.ts";

let uploads: ReadonlyMap<string, Upload> = new Map();
/** The ids of each note's uploads, the first ones first; emptied when one comes or goes. */
const idsOfNotes = new Map<string, readonly string[]>();
/** The ids of all that there ever were. */
const had = new Set<string>();
const listeners = new Set<() => void>();

function publish(next: ReadonlyMap<string, Upload>): void {
  if (next.size !== uploads.size) idsOfNotes.clear();
  uploads = next;
  for (const listener of listeners) listener();
}

/** The uploads of this tab, whatever page is shown. */
export const uploadList = {
  get: (id: string) => uploads.get(id),
  all: () => uploads,
  /** Whether this page has had any. */
  wasUsed: () => had.size > 0,
  /** Whether this page has had this one, or has it. */
  hasHad: (id: string) => had.has(id),
  put(upload: Upload): void {
    had.add(upload.id);
    publish(new Map(uploads).set(upload.id, upload));
  },
  /** Does nothing to one that is gone. */
  change(id: string, changes: Partial<Upload>): void {
    const upload = uploads.get(id);
    if (upload !== undefined) publish(new Map(uploads).set(id, { ...upload, ...changes }));
  },
  remove(id: string): void {
    const rest = new Map(uploads);
    if (rest.delete(id)) publish(rest);
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function idsOf(noteId: string): readonly string[] {
  let ids = idsOfNotes.get(noteId);
  if (ids === undefined) {
    const ofNote = [...uploads.values()].filter((upload) => upload.noteId === noteId);
    ids = ofNote.sort((a, b) => a.addedAt - b.addedAt).map(({ id }) => id);
    idsOfNotes.set(noteId, ids);
  }
  return ids;
}

/** Which uploads a note has; changes only when one comes or goes. */
export function useUploadIds(noteId: string): readonly string[] {
  return useSyncExternalStore(uploadList.subscribe, () => idsOf(noteId));
}

/** One upload, with each step that it makes. */
export function useUpload(id: string): Upload | undefined {
  return useSyncExternalStore(uploadList.subscribe, () => uploads.get(id));
}

/** All uploads, with each step that any of them makes. */
export function useUploads(): ReadonlyMap<string, Upload> {
  return useSyncExternalStore(uploadList.subscribe, uploadList.all);
}

/** The attachments that are shown as uploads, so that they need not be shown twice. */
export function useUploading(noteId: string): ReadonlySet<string> {
  const joined = useSyncExternalStore(uploadList.subscribe, () =>
    idsOf(noteId)
      .map((id) => uploads.get(id)?.attachmentId ?? "")
      .join(),
  );
  return useMemo(() => new Set(joined.split(",")), [joined]);
}
