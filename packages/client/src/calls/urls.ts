import type { Call } from "../call.ts";
import type { FileUrl, FileUrls, UrlPurpose } from "../wire.ts";

/** The most ids that the service accepts in one request. */
const MAX_BATCH = 1000;

/**
 * `expiresIn` is in seconds. The service has the range and the default (60).
 * `purpose` is part of the audit event. Default: `view` for an inline URL, `download` for any other.
 */
export type UrlOptions = { expiresIn?: number; purpose?: UrlPurpose; signal?: AbortSignal | undefined };

/** Default `attachment`. With `inline`, a file that a browser must not show is still an attachment. */
export type Disposition = { disposition?: "attachment" | "inline" };

/**
 * With `cacheable`, calls within half of `expiresIn` return the same URL, so that a browser finds a picture in its cache.
 * `expiresAt` is the true expiry, half of `expiresIn` away at least. Only for inline URLs. Default: false.
 */
export type Cacheable = { cacheable?: boolean };

export function urlCalls(call: Call) {
  return {
    /** Issues a URL of the file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`. */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition & Cacheable = {}) =>
      call<FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, { query: { ...query }, signal }),

    /** Issues URLs of many files, or an error code for each, in order. It sends one request for each 1,000 ids. */
    async urlsFor(
      attachmentIds: readonly string[],
      { signal, ...options }: UrlOptions = {},
    ): Promise<FileUrls["urls"]> {
      const urls: FileUrls["urls"] = [];
      for (let start = 0; start < attachmentIds.length; start += MAX_BATCH) {
        const batch = { attachmentIds: attachmentIds.slice(start, start + MAX_BATCH), ...options };
        urls.push(...(await call<FileUrls>("POST", "/attachments/urls", { body: batch, signal })).urls);
      }
      return urls;
    },
  };
}
