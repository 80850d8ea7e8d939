import { useStore } from "@nanostores/react";
import type { Attachment, Note } from "@valetkey/client";
import { useMemo } from "react";
import { pendingDeletions } from "./remove-attachment.ts";
import { uploads } from "./uploads/uploads.ts";

/**
 * Sorts attachments by the time at which they were attached. For equal times the ids decide, because ids increase with the time of
 * creation. If `shown` has ids, returns only these attachments, in the order of the ids.
 */
export function inOrder(attachments: readonly Attachment[], shown: readonly string[] = []): Attachment[] {
  if (shown.length > 0) return shown.flatMap((id) => attachments.find((attachment) => attachment.id === id) ?? []);
  return attachments.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
}

/**
 * Returns the attachments that the note shows, in the order in which they were attached. Leaves out deleted attachments, and attachments
 * that are shown as an upload.
 */
export function useListedAttachments({ attachments }: Note): Attachment[] {
  const hidden = useStore(pendingDeletions.$ids);
  const uploading = useStore(uploads.list.$attachmentIds);
  return useMemo(
    () => inOrder(attachments).filter((attachment) => !hidden.has(attachment.id) && !uploading.has(attachment.id)),
    [attachments, hidden, uploading],
  );
}
