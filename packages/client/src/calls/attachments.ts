import type { Call } from "../call.ts";
import type { Attachment, SharedAttachmentPage } from "../wire.ts";
import { iteratePages, type PageOptions } from "./pages.ts";

/** /attachments and /attachments/:attachmentId. */
export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  const listShared = ({ signal, ...query }: PageOptions = {}) =>
    call<SharedAttachmentPage>("GET", "/attachments", { query: { scope: "shared", ...query }, signal });
  return {
    /** One page of the files that are shared with the caller by themselves, without their notes; newest first. */
    listShared,
    /** Every one of them, page by page. */
    iterateShared: (options: Omit<PageOptions, "cursor"> = {}) =>
      iteratePages((cursor) => listShared({ ...options, ...(cursor !== undefined && { cursor }) })),
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<Attachment>("GET", path(attachmentId), { signal }),
    /** With its stored file. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
  };
}
