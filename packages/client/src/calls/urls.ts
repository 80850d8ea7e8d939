import type { Call } from "../call.ts";
import type { FileUrl, FileUrls, UrlPurpose } from "../wire.ts";

/** The maximum number of ids in one request. */
const MAX_BATCH = 1000;

/**
 * `expiresIn` is in seconds. Default: 60. The service refuses a value outside its range.
 * `purpose` says in the audit event what the URL is for. Default: `view` for an inline URL, and `download` for every other URL.
 */
export type UrlOptions = { expiresIn?: number; purpose?: UrlPurpose; signal?: AbortSignal | undefined };

/** Default: `attachment`, which saves the file. With `inline`, the browser shows the file, or saves it if its type is not safe to show. */
export type Disposition = { disposition?: "attachment" | "inline" };

/**
 * With `cacheable`, calls within half of `expiresIn` return the same URL, so that a browser finds a picture in its cache. Such a URL
 * is valid for at least half of `expiresIn`, and `expiresAt` is its expiry. Only for inline URLs. Default: false.
 */
export type Cacheable = { cacheable?: boolean };

export function urlCalls(call: Call) {
  return {
    /** Issues a URL of the file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`. */
    urlFor: (attachmentId: string, { signal, ...query }: UrlOptions & Disposition & Cacheable = {}) =>
      call<FileUrl>("GET", `/attachments/${encodeURIComponent(attachmentId)}/url`, { query: { ...query }, signal }),

    /**
     * Issues URLs of many files. The result has a URL or an error code for each file, in the order of the ids. Sends one request per
     * 1,000 ids.
     */
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
