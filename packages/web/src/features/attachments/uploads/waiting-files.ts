import { useStore } from "@nanostores/react";
import type { Note } from "@valetkey/client";
import { map } from "nanostores";
import { useEffect } from "react";
import { instanceQuery, queryClient, sessionQuery } from "../../../service/queries.ts";
import type { ChosenFile } from "./upload.ts";
import { uploads } from "./uploads.ts";

/** The files that wait until the service has their new note, by the id of the note. */
const $waiting = map<Record<string, readonly File[]>>({});

type Target = {
  note: Note;
  /** Resolves with the id of the note as soon as the service has the note. `filename`: the name of the first file. */
  prepare: (filename: string) => Promise<string>;
};

/** Uploads files to a note. Files for a new note wait until the service has the note. */
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

const preventUnload = (event: BeforeUnloadEvent) => event.preventDefault();

/** Returns the files that wait until the service has their note. During the wait, the browser asks before it closes the page. */
export function useWaitingFiles(noteId: string): readonly File[] {
  const files = useStore($waiting, { keys: [noteId] })[noteId] ?? [];
  const isWaiting = files.length > 0;
  useEffect(() => {
    if (!isWaiting) return;
    addEventListener("beforeunload", preventUnload);
    return () => removeEventListener("beforeunload", preventUnload);
  }, [isWaiting]);
  return files;
}
