import type { Attachment, Note } from "@valetkey/client";
import { useMemo, useRef } from "react";
import type { AttachmentActions } from "./attachment-row.tsx";
import { removeAttachments } from "./remove-attachment.ts";

type RowActionsOptions = {
  /** Whether the operator allows links. */
  hasLinks: boolean;
  callbacks: {
    onCopyLink: (attachments: readonly Attachment[]) => void;
    onShare: (attachments: readonly Attachment[]) => void;
    onPreview: (attachmentId: string) => void;
    onRename: (attachment: Attachment | undefined) => void;
    onChoose: (attachmentId: string, isRange: boolean) => void;
  };
};

/** Returns the same object while the role is the same, so that unchanged rows are not rendered again. */
export function useRowActions({ role }: Note, { hasLinks, callbacks }: RowActionsOptions): AttachmentActions {
  const latest = useRef(callbacks);
  latest.current = callbacks;
  return useMemo(() => {
    const canEdit = role !== "viewer";
    return {
      canReview: canEdit,
      onPreview: (id) => latest.current.onPreview(id),
      onCopyLink: hasLinks && canEdit ? (attachment) => latest.current.onCopyLink([attachment]) : undefined,
      onShare: role === "owner" ? (attachment) => latest.current.onShare([attachment]) : undefined,
      onRename: canEdit ? (attachment) => latest.current.onRename(attachment) : undefined,
      onRemove: canEdit ? (attachment) => void removeAttachments([attachment]) : undefined,
      onChoose: (id, isRange) => latest.current.onChoose(id, isRange),
    };
  }, [role, hasLinks]);
}
