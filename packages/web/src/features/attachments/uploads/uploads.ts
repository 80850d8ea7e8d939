import { useStore } from "@nanostores/react";
import type { Attachment, Client, Note, Preview, UploadTask } from "@valetkey/client";
import { map } from "nanostores";
import { useEffect, useMemo } from "react";
import { client } from "../../../service/client.ts";
import { importWithRetry } from "../../../service/lazy-code.ts";
import { instanceQuery, invalidate, keys, queryClient, sessionQuery } from "../../../service/queries.ts";
import { createThumbnail } from "../../../service/thumbnails.ts";
import { pendingDeletions } from "../pending-deletions.ts";
import { createFileStore } from "./file-store.ts";
import type { ChosenFile } from "./upload.ts";
import { createTabLock } from "./upload-job.ts";
import { UploadQueue } from "./upload-queue.ts";

export const uploads = new UploadQueue({
  client: { attachments: client.attachments, upload },
  fileStore: createFileStore(),
  tabLock: createTabLock(navigator.locks),
  clock: { now: Date.now, sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) },
  notes: { addAttachment, addPreview, refresh },
  pendingDeletions,
});

const loadSending = () => importWithRetry(() => import("./send.ts"));

/** Starts an upload. Without a connection, waits for the connection, because the code that sends files may not be loaded yet. */
async function upload(...given: Parameters<Client["upload"]>): Promise<UploadTask> {
  for (;;) {
    try {
      return (await loadSending()).upload(...given);
    } catch (error) {
      if (navigator.onLine) throw error;
      await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
    }
  }
}

const preventUnload = (event: BeforeUnloadEvent) => event.preventDefault();

// Some browsers do not restore a page with such a listener after "back". So the listener exists only while a reload would lose an upload.
uploads.list.$isAtRisk.listen((isAtRisk) => {
  if (isAtRisk) addEventListener("beforeunload", preventUnload);
  else removeEventListener("beforeunload", preventUnload);
});

/** Shows a new attachment in its note before the note loads again. */
async function addAttachment(attachment: Attachment, file: File): Promise<void> {
  await createThumbnail(attachment, file);
  const queryKey = keys.note(attachment.noteId);
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Note>(queryKey, (note) => {
    if (note === undefined) return undefined;
    const others = note.attachments.filter(({ id }) => id !== attachment.id);
    return { ...note, attachments: [...others, attachment] };
  });
}

function addPreview(noteId: string, preview: Preview, attachmentId: string): void {
  queryClient.setQueryData<Note>(keys.note(noteId), (note) => {
    if (note === undefined) return undefined;
    const attachments = note.attachments.map((attachment) => {
      if (attachment.id !== attachmentId) return attachment;
      const others = (attachment.previews ?? []).filter(({ name }) => name !== preview.name);
      return { ...attachment, previews: [...others, preview] };
    });
    return { ...note, attachments };
  });
}

/** Loads the note again, with all data that depends on the files of the note. */
async function refresh(noteId: string): Promise<void> {
  void invalidate(keys.notes, keys.usage, keys.activity);
  await invalidate(keys.note(noteId));
}

/** Returns the ids of the uploads to a note, oldest first. The list changes only when an upload is added or removed. */
export function useUploadIds(noteId: string): readonly string[] {
  const ids = useStore(uploads.list.$ids);
  return useMemo(() => {
    const ofNote = [...ids].flatMap((id) => uploads.list.get(id) ?? []).filter((upload) => upload.noteId === noteId);
    return ofNote.sort((a, b) => a.addedAt - b.addedAt).map(({ id }) => id);
  }, [ids, noteId]);
}

/** The files that wait until the service has created their note, by the id of the note. */
const $waiting = map<Record<string, readonly File[]>>({});

type Target = {
  note: Note;
  /** Resolves with the id of the note when the service has created the note. `filename` is the name of the first file. */
  prepare: (filename: string) => Promise<string>;
};

/** Uploads files to a note. If the note is new, the files wait until the service has created the note. */
export async function attachFiles(files: readonly ChosenFile[], { note, prepare }: Target): Promise<void> {
  const [first] = files;
  const userId = queryClient.getQueryData(sessionQuery.queryKey)?.user.id;
  if (first === undefined || userId === undefined) return;
  const waiting = files.map(({ file }) => file);
  const others = (all: readonly File[] = []) => all.filter((file) => !waiting.includes(file));
  $waiting.setKey(note.id, [...others($waiting.get()[note.id]), ...waiting]);
  try {
    const noteId = await prepare(first.file.name);
    const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
    uploads.add(files, { userId, noteId, maxBytes });
  } finally {
    $waiting.setKey(note.id, others($waiting.get()[note.id]));
  }
}

/** Returns the files that wait until their note exists. During this wait, the browser asks before it closes the page. */
export function useWaitingFiles(noteId: string): readonly File[] {
  const files = useStore($waiting, { keys: [noteId] })[noteId] ?? [];
  const isWaiting = files.length > 0;
  useEffect(() => {
    if (!isWaiting) return;
    // This listener is not `preventUnload`. Otherwise the end of the wait would remove the listener of a running upload.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isWaiting]);
  return files;
}
