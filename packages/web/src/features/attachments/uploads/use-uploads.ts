import { useStore } from "@nanostores/react";
import { useMemo } from "react";
import type { Upload } from "./upload.ts";
import { uploads } from "./uploads.ts";

const { list } = uploads;

/** The ids of a note's uploads, the oldest first. Changes only when an upload is added or removed. */
export function useUploadIds(noteId: string): readonly string[] {
  const ids = useStore(list.$ids);
  return useMemo(() => {
    const ofNote = [...ids].flatMap((id) => list.get(id) ?? []).filter((upload) => upload.noteId === noteId);
    return ofNote.sort((a, b) => a.addedAt - b.addedAt).map(({ id }) => id);
  }, [ids, noteId]);
}

/** One upload, with its progress. */
export function useUpload(id: string): Upload | undefined {
  return useStore(list.$uploads, { keys: [id], deps: [id] })[id];
}

/** All uploads, with their progress. */
export function useUploads(): readonly Upload[] {
  return Object.values(useStore(list.$uploads));
}

/** The attachments that the page shows as uploads. */
export function useUploadingAttachmentIds(): ReadonlySet<string> {
  return useStore(list.$attachmentIds);
}
