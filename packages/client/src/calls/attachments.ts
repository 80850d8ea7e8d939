import type { Call } from "../call.ts";
import type { Attachment } from "../wire.ts";

/** /attachments/:attachmentId. */
export function attachmentCalls(call: Call) {
  const path = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}`;
  return {
    get: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<Attachment>("GET", path(attachmentId), { signal }),
    /** With its stored file. */
    remove: (attachmentId: string) => call<void>("DELETE", path(attachmentId)),
  };
}
