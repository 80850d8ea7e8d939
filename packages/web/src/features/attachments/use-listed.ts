import type { Attachment, Note } from "@valetkey/client";
import { useMemo } from "react";
import { useHiddenAttachments } from "./hidden.ts";
import { useUploading } from "./uploads/upload-list.ts";

/** The order of the list. */
export function latestFirst(attachments: readonly Attachment[]): Attachment[] {
  return attachments.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** The files of a note that are shown as such, the latest first: not what is being deleted, and not what is shown as an upload. */
export function useListed({ id, attachments }: Note): Attachment[] {
  const hidden = useHiddenAttachments();
  const uploading = useUploading(id);
  return useMemo(
    () => latestFirst(attachments).filter((attachment) => !hidden.has(attachment.id) && !uploading.has(attachment.id)),
    [attachments, hidden, uploading],
  );
}
