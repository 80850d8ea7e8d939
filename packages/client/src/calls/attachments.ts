import type { Call } from "../call.ts";
import type { Attachment, SharedAttachmentPage } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  const listShared = ({ signal, ...query }: PageOptions = {}) =>
    call<SharedAttachmentPage>("GET", "/attachments", { query: { scope: "shared", ...query }, signal });
  return {
    /** Returns one page of the files that are shared with the caller without their notes, newest first. */
    listShared,
    /** Yields every file of `listShared`, page by page. */
    iterateShared: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listShared({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<Attachment>("GET", path(attachmentId), { signal }),
    /** Renames a ready file. Throws `invalid_filename` if the content of the file does not agree with the new name. */
    rename: (attachmentId: string, filename: string) =>
      call<Attachment>("PATCH", path(attachmentId), { body: { filename } }),
    /** Records that the caller has seen the file, so that its `isNew` becomes false. */
    markSeen: (attachmentId: string) => call<void>("PUT", `${path(attachmentId)}/seen`),
    /** Deletes the attachment. If the service has a trash, `trash.restore` can restore the attachment for a while. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
    /** Accepts or rejects the quarantined file of a visitor. The service deletes a rejected file from the bucket. */
    review: (attachmentId: string, decision: "accept" | "reject") =>
      call<Attachment>("POST", `${path(attachmentId)}/review`, { body: { decision } }),
  };
}
