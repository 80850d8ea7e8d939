import { useStore } from "@nanostores/react";
import type { Attachment, Note } from "@valetkey/client";
import { useMemo } from "react";
import { pendingDeletions } from "./remove-attachment.ts";
import { uploads } from "./uploads/uploads.ts";

export function latestFirst(attachments: readonly Attachment[]): Attachment[] {
  return attachments.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** The attachments that the note shows, the latest first. Those that are deleted or shown as an upload are left out. */
export function useListedAttachments({ attachments }: Note): Attachment[] {
  const hidden = useStore(pendingDeletions.$ids);
  const uploading = useStore(uploads.list.$attachmentIds);
  return useMemo(
    () => latestFirst(attachments).filter((attachment) => !hidden.has(attachment.id) && !uploading.has(attachment.id)),
    [attachments, hidden, uploading],
  );
}
