import { createCall, type GetToken } from "./call.ts";
import { activityCalls } from "./calls/activity.ts";
import { attachmentCalls } from "./calls/attachments.ts";
import { noteCalls } from "./calls/notes.ts";
import { shareCalls } from "./calls/shares.ts";
import { tokenCalls } from "./calls/tokens.ts";
import { urlCalls } from "./calls/urls.ts";
import { type Download, download } from "./download.ts";
import { ValetKeyError } from "./errors.ts";
import type { FileSource } from "./file-source.ts";
import { detectPlatform, type Platform } from "./platform.ts";
import type { UploadStore } from "./stores/store.ts";
import { defaultStore } from "./stores/web-store.ts";
import { startTask, type UploadOptions, type UploadTask } from "./upload/task.ts";
import type { Instance, Me, Usage } from "./wire.ts";

export type ClientOptions = {
  /** Where the service is, for example https://files.example.com; in a page of the service itself, `location.origin`. */
  baseUrl: string;
  /** A token of the caller. Without it and without getToken the session cookie says who is calling. */
  token?: string;
  /** Instead of `token`, where tokens are short-lived: asked before each request, and once more after a 401. */
  getToken?: GetToken;
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
  /** Where unfinished uploads are remembered. Default: localStorage in a page, memory elsewhere. */
  store?: UploadStore;
};

/** All that a caller can do. Every failure is a ValetKeyError. */
export type Client = ReturnType<typeof createClient>;

/** Makes a client; nothing is sent. Throws `invalid_option` for an address that isn't one. */
export function createClient(options: ClientOptions) {
  const { fetch = (...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request) } = options;
  return createClientOn(detectPlatform({ fetch }), { ...options, fetch });
}

/** The same on a platform of one's own. */
export function createClientOn(
  platform: Platform,
  options: ClientOptions & { fetch: NonNullable<ClientOptions["fetch"]> },
) {
  const { token, fetch, store = defaultStore() } = options;
  const baseUrl = checkBaseUrl(options.baseUrl);
  const getToken = options.getToken ?? (token === undefined ? undefined : () => token);
  const call = createCall({ baseUrl, getToken, fetch });
  return {
    /** How one gets in and what is allowed; asked without being anyone. */
    instance: ({ signal }: { signal?: AbortSignal } = {}): Promise<Instance> =>
      call<Instance>("GET", "/instance", { signal }),
    /** Who the service takes the caller for. */
    me: (): Promise<Me> => call<Me>("GET", "/me"),
    /** What the files on the caller's notes take up, and how much they may. */
    usage: (): Promise<Usage> => call<Usage>("GET", "/usage"),
    notes: noteCalls(call),
    attachments: attachmentCalls(call),
    shares: shareCalls(call),
    activity: activityCalls(call),
    tokens: tokenCalls(call),
    ...urlCalls(call),

    /** Reads a file from the bucket, from a URL that is asked for now. */
    download: (attachmentId: string, { signal }: { signal?: AbortSignal } = {}): Promise<Download> =>
      download({ call, fetch, platform }, { attachmentId, signal }),

    /**
     * Brings a file straight to the bucket and onto a note: in one request or in parts, as the service says. It begins at once; the same
     * file to the same note goes on where an interrupted upload has stopped. Throws `invalid_option`; all else is in `done`.
     */
    upload: (noteId: string, file: FileSource, uploadOptions: UploadOptions = {}): UploadTask =>
      startTask({ baseUrl, call, platform, store }, { noteId, file, options: uploadOptions }),
  };
}

function checkBaseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ValetKeyError(
      "invalid_option",
      `baseUrl is "${text}"; give the service's address, as https://files.example.com.`,
    );
  }
  return text.replace(/\/+$/, "");
}
