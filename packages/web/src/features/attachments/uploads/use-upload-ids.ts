import { useStore } from "@nanostores/react";
import { useMemo } from "react";
import { uploads } from "./uploads.ts";

const { list } = uploads;

/** Returns the ids of the uploads to a note, the oldest first. The list changes only when an upload is added or removed. */
export function useUploadIds(noteId: string): readonly string[] {
  const ids = useStore(list.$ids);
  return useMemo(() => {
    const ofNote = [...ids].flatMap((id) => list.get(id) ?? []).filter((upload) => upload.noteId === noteId);
    return ofNote.sort((a, b) => a.addedAt - b.addedAt).map(({ id }) => id);
  }, [ids, noteId]);
}
