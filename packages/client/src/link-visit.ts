import { type CallsOptions, connect } from "./calls.ts";
import { type Bytes, readBytes } from "./download.ts";
import { type LinkRequest, linkRequest } from "./link-request.ts";
import { detectPlatform } from "./platform.ts";
import type { UploadStore } from "./stores/upload-store.ts";
import { defaultStore } from "./stores/web-store.ts";
import type { LinkClaim, LinkFile, PublicLink } from "./wire.ts";

type Signal = { signal?: AbortSignal };

/** The files whose URLs are wanted. Default: all files of the link, as attachments. */
export type WantedFiles = Signal & { attachmentIds?: string[]; disposition?: "attachment" | "inline" };

/** `store` keeps unfinished uploads. Default: localStorage in a page, memory elsewhere. */
export type LinkOptions = Pick<CallsOptions, "baseUrl" | "fetch"> & { store?: UploadStore };

/** A download of a visitor in progress. */
export type LinkFileDownload = Bytes & { file: LinkFile };

/** The calls of a visitor, who needs no account. Every failure is a ValetKeyError. */
export type LinkVisit = LinkRequest & {
  /** Returns what the link opens. It counts no claim. Throws `link_not_found`. */
  look(options?: Signal): Promise<PublicLink>;
  /** Sends the password of the link. Throws `wrong_password` and `rate_limited`. */
  unlock(password: string, options?: Signal): Promise<void>;
  /** Claims files, which counts once. In the window of an earlier claim, it returns that claim and counts nothing. */
  claim(wanted?: WantedFiles): Promise<LinkClaim>;
  /** Returns new URLs in the window of a claim, and counts nothing. */
  urls(claimId: string, wanted?: WantedFiles): Promise<LinkClaim>;
  /** Claims a file and reads it from the bucket. In the window of the claim, it resumes a broken connection with a new URL. */
  download(file: LinkFile, options?: Signal): Promise<LinkFileDownload>;
};

/**
 * Opens a link as a visitor. It sends nothing yet. Throws `invalid_option` when `baseUrl` is not a URL.
 *
 * @param token the part of the link's URL after `/s/`
 *
 * @example
 * ```ts
 * import { openLink } from "@valetkey/client";
 *
 * const visit = openLink("the-token-of-the-link", { baseUrl: "https://files.example.com" });
 * const link = await visit.look();
 * if (link.state === "open") {
 *   for (const file of link.files ?? []) {
 *     const { blob } = await visit.download(file);
 *     console.log(file.filename, (await blob()).size);
 *   }
 * }
 * ```
 */
export function openLink(token: string, { store = defaultStore(), ...options }: LinkOptions): LinkVisit {
  const { baseUrl, fetch } = connect(options);
  const { call } = connect({ baseUrl, fetch: keepCookies(fetch) });
  const platform = detectPlatform({ fetch });
  const path = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();

  const look = ({ signal }: Signal = {}) => call<PublicLink>("GET", path, { signal });
  const unlock = (password: string, { signal }: Signal = {}) =>
    call<void>("POST", `${path}/unlock`, { body: { password }, signal });
  // One after the other, because a claim in the window of an earlier one does not count.
  const claim = ({ signal, ...body }: WantedFiles = {}) => {
    const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${path}/claims`, { body, signal }));
    lastClaim = claimed.catch(() => undefined);
    return claimed;
  };
  const urls = (claimId: string, { signal, ...body }: WantedFiles = {}) =>
    call<LinkClaim>("POST", `${path}/claims/${encodeURIComponent(claimId)}/urls`, { body, signal });

  async function download(file: LinkFile, { signal }: Signal = {}): Promise<LinkFileDownload> {
    const wanted = { attachmentIds: [file.id], ...(signal && { signal }) };
    const first = await claim(wanted);
    let unused: LinkClaim | undefined = first;
    const nextUrl = async () => {
      const issued = unused ?? (await urls(first.claimId, wanted));
      unused = undefined;
      return issued.urls[0]?.fileUrl as string;
    };
    return { file, ...(await readBytes({ fetch, platform }, { sizeBytes: file.sizeBytes, nextUrl, signal })) };
  }
  return { look, unlock, claim, urls, download, ...linkRequest({ baseUrl, call, platform, store, look }, token) };
}

/** Keeps the visitor's cookie where the platform does not, such as in Node. A browser hides cookies and ignores this header. */
function keepCookies(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  const cookies = new Map<string, string>();
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
}
