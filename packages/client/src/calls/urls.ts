import type { Call } from "../call.ts";
import type { FileUrl, FileUrls } from "../wire.ts";

/** The most ids that the service takes in one request. */
const MAX_BATCH = 1000;

/** `expiresIn` in seconds; the service says what it allows and what its default is (60). */
export type UrlOptions = { expiresIn?: number; signal?: AbortSignal | undefined };

/** `inline` is a wish: what a browser must not show is an attachment anyway. Default `attachment`. */
export type Disposition = { disposition?: "attachment" | "inline" };

/** GET /attachments/:attachmentId/url and POST /attachments/urls. */
export function urlCalls(call: Call) {
  return {
    /** A URL of the file, issued and recorded now. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`. */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition = {}) =>
      call<FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, { query: { ...query }, signal }),

    /** URLs of many files, or the code of each refusal, in the order asked; more than 1,000 take a request for each thousand. */
    async urlsFor(attachmentIds: readonly string[], { expiresIn, signal }: UrlOptions = {}): Promise<FileUrls["urls"]> {
      const urls: FileUrls["urls"] = [];
      for (let start = 0; start < attachmentIds.length; start += MAX_BATCH) {
        const batch = { attachmentIds: attachmentIds.slice(start, start + MAX_BATCH), expiresIn };
        urls.push(...(await call<FileUrls>("POST", "/attachments/urls", { body: batch, signal })).urls);
      }
      return urls;
    },
  };
}
