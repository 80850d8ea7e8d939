import type { Call } from "../call.ts";
import { connect } from "../calls.ts";
import { type Bytes, openStream } from "../download.ts";
import { detectPlatform, type Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import { openLines } from "../upload/lines.ts";
import { defaultStore, type UploadStore } from "../upload/store.ts";
import { requestReceiver } from "../upload/upload-context.ts";
import type { UploadOptions } from "../upload/upload-options.ts";
import { type SendTask, startTask } from "../upload/upload-task.ts";
import type { LinkClaim, LinkFile, Receipt, SendFileBody, SentFile, SentFiles } from "../wire.ts";
import { callOfReceiver, type LinkCalls, type VisitOptions, visitCalls } from "./visit.ts";

export type LinkOptions = VisitOptions & {
  /** The URL of the service. In a page of the service: `location.origin`. */
  baseUrl: string;
  /** Default: the `fetch` of the platform. */
  fetch?: typeof globalThis.fetch;
  /** The store of unfinished uploads. Default: `localStorage` in a page, and memory on other platforms. */
  store?: UploadStore;
};

/** The calls that a visitor without an account can make to a link. Every failed call throws a ValetKeyError. */
export type OpenedLinkClient = ReturnType<typeof openLink>;

/**
 * Opens a link for a visitor. `token`: the last part of the URL of the link. `openLink` sends no request. Throws `invalid_option` if
 * `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { openLink } from "@valetkey/client";
 *
 * const link = openLink("the-token-of-the-link", { baseUrl: "https://files.example.com" });
 * const opened = await link.look();
 * if (opened.state === "open") {
 *   for (const file of opened.files ?? []) {
 *     const { blob } = await link.download(file);
 *     console.log(file.filename, (await blob()).size); // hello.txt 5
 *   }
 * }
 * ```
 */
export function openLink(token: string, { store = defaultStore(), receiverCode, ...options }: LinkOptions) {
  const { baseUrl, fetch } = connect(options);
  const call = callOfReceiver(connect({ baseUrl, fetch: keepCookies(fetch) }).call, { receiverCode });
  const platform = detectPlatform({ fetch });
  const calls = visitCalls(call, token);
  return {
    ...calls,
    /**
     * Claims the file (a claim is one use of the link), and downloads the file from the bucket. After a broken connection, the download
     * resumes with a new URL while the claim is valid.
     */
    download: (file: LinkFile, { signal }: { signal?: AbortSignal } = {}) =>
      downloadOfLink({ calls, fetch, platform }, { file, signal }),
    ...fileRequest({ baseUrl, call, platform, store, look: calls.look }, token),
  };
}

type LinkFileDownload = Bytes & { file: LinkFile };

type DownloadDeps = { calls: Pick<LinkCalls, "claim" | "urls">; fetch: typeof globalThis.fetch; platform: Platform };

async function downloadOfLink(
  { calls, ...bucket }: DownloadDeps,
  { file, signal }: { file: LinkFile; signal: AbortSignal | undefined },
): Promise<LinkFileDownload> {
  const wanted = { attachmentIds: [file.id] };
  const first = await calls.claim(wanted);
  let unused: LinkClaim | undefined = first;
  const getUrl = async () => {
    const issued = unused ?? (await calls.urls(first.claimId, wanted));
    unused = undefined;
    return issued.urls[0]?.fileUrl as string;
  };
  const stream = await openStream(bucket, { getUrl, sizeBytes: file.sizeBytes, offset: 0, signal });
  return { file, stream, blob: () => new Response(stream).blob() };
}

/** `slotId`: required if the file request has slots. `visitorName`: required if the file request asks for the name of the visitor. */
export type SendOptions = UploadOptions & Pick<SendFileBody, "slotId" | "visitorName">;

/** The time limit for a call of `look`. */
const LOOK_MS = 60_000;

/** Calls of a visitor for a file request. */
export type LinkRequest = {
  /**
   * Sends a file directly to the bucket. The upload waits while the client sends many other files. If an earlier upload of the same file to
   * the same slot was interrupted, `send` resumes the earlier upload. Throws `invalid_option`. All other failures reject `done`.
   */
  send(file: FileSource, options?: SendOptions): SendTask;
  /** Returns the files that the visitor sent, the oldest file first. */
  sent(options?: { signal?: AbortSignal }): Promise<SentFile[]>;
  /** Aborts a running upload of the visitor, or deletes a file that the visitor sent. */
  takeBack(uploadId: string): Promise<void>;
  /** Returns the signed receipt for a completely sent file. */
  receipt(uploadId: string): Promise<Receipt>;
};

/** `look` makes the service set the cookie that identifies the visitor. */
type RequestDeps = {
  baseUrl: string;
  call: Call;
  platform: Platform;
  store: UploadStore;
  look: (options: { signal: AbortSignal }) => Promise<unknown>;
};

function fileRequest({ call, look, ...deps }: RequestDeps, token: string): LinkRequest {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let looked: Promise<unknown> | undefined;
  // Each call first waits for the visitor's cookie. Without the cookie, two simultaneous uploads would belong to two visitors.
  const callAsVisitor: Call = async (method, path, options) => {
    // The signal of one upload must not abort this call of `look`, because other uploads also wait for its response.
    looked ??= look({ signal: AbortSignal.timeout(LOOK_MS) }).catch((error) => {
      looked = undefined;
      throw error;
    });
    await looked;
    return call(method, path, options);
  };
  const lines = openLines(callAsVisitor);
  const upload = (uploadId: string) => `${link}/uploads/${encodeURIComponent(uploadId)}`;
  return {
    send(file, { slotId, visitorName, ...options } = {}) {
      const visit = { ...(slotId !== undefined && { slotId }), ...(visitorName !== undefined && { visitorName }) };
      const receiver = requestReceiver(token, slotId);
      return startTask<SentFile>({ ...deps, call: callAsVisitor, lines }, { receiver, file, options, visit });
    },
    sent: async ({ signal } = {}) => (await call<SentFiles>("GET", `${link}/uploads`, { signal })).files,
    takeBack: (uploadId) => call<void>("DELETE", upload(uploadId)),
    receipt: (uploadId) => call<Receipt>("GET", `${link}/receipts/${encodeURIComponent(uploadId)}`),
  };
}

/**
 * Returns a `fetch` that keeps the visitor's cookie on platforms without a store for cookies, such as Node.js. A browser keeps the cookie
 * itself, hides the cookie from scripts, and ignores the header `cookie` that this `fetch` sets.
 */
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
