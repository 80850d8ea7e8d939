import { networkError, ValetKeyError } from "./errors.ts";

/**
 * A file that can be read in pieces: a File or Blob of a page, or the result of `openFile` of `@valetkey/client/node`.
 *
 * The client uses only the members of `FileSource`, so the client can also upload files that are too large for a Blob.
 */
export type FileSource = {
  /** The size of the file in bytes. */
  readonly size: number;
  readonly name?: string;
  /** The content type of the file, or "" if the type is unknown. */
  readonly type?: string;
  /** The time of the last change of the file, in milliseconds since 1970. */
  readonly lastModified?: number;
  /** Returns the bytes from `start` (included) to `end` (excluded). The parameter `end` may exceed the size of the file. */
  slice(start: number, end: number): FileSource;
  /** Rejects if the platform cannot read the bytes, or if the file has changed. */
  arrayBuffer(): Promise<ArrayBuffer>;
};

/**
 * A signed request to the bucket. Do not change the headers or bytes of a signed request, because the signature covers the headers and the
 * bytes.
 */
type Sending = {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: FileSource;
  /** The client calls `onSent` with the number of sent bytes, if the platform reports the number. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
};

/**
 * A response of the bucket. The member `text` is the body of the response. If the bucket reports an error, the body of the response is XML
 * with the error code.
 */
type Sent = { status: number; text: string };

/** Sends bytes to the bucket. `Send` rejects with a ValetKeyError: `network`, `aborted`, `file_unreadable`. */
export type Send = (sending: Sending) => Promise<Sent>;

/** The number of bytes that one read returns. An upload needs about 1 MiB of memory for each part that is in transfer. */
const CHUNK_BYTES = 2 ** 20;

/** Browsers set the headers Content-Length and Host. Scripts may not set the headers Content-Length and Host. */
const SET_BY_BROWSER = /^(content-length|host)$/i;

const WHAT = "An upload to the bucket";

type Xhr = {
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  upload: { onprogress: ((event: { loaded: number }) => void) | null };
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
};

/**
 * The client sends with XMLHttpRequest, because `fetch` of browsers reports no upload progress. The browser reads the file during the
 * upload of the file.
 */
export function sendWithXhr(XMLHttpRequest: new () => Xhr): Send {
  return ({ method, url, headers, bytes, onSent, signal }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      const abort = () => xhr.abort();
      const settle = (then: () => void) => () => {
        signal.removeEventListener("abort", abort);
        then();
      };
      // For a changed file and for a broken connection, XMLHttpRequest reports an equal event. The client reads a byte to find out whether
      // the file has changed.
      const fail = async () => reject((await readFailure(bytes)) ?? networkError(undefined, { signal, what: WHAT }));
      xhr.onload = settle(() => resolve({ status: xhr.status, text: xhr.responseText }));
      xhr.onerror = settle(fail);
      xhr.onabort = settle(() => reject(networkError(undefined, { signal, what: WHAT })));
      xhr.upload.onprogress = ({ loaded }) => onSent(loaded);
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headers)) {
        if (!SET_BY_BROWSER.test(name)) xhr.setRequestHeader(name, value);
      }
      signal.addEventListener("abort", abort);
      if (signal.aborted) xhr.onabort();
      // In a page, every FileSource is a Blob.
      else xhr.send(bytes as Blob);
    });
}

/** A stream of Cloudflare Workers, which gives a body its Content-Length. Without it, a streamed body has chunked encoding there. */
export type FixedLengthStream = new (bytes: number) => TransformStream<Uint8Array<ArrayBuffer>>;

type Streaming = { canStream: boolean; FixedLengthStream?: FixedLengthStream | undefined };

/**
 * The client sends with `fetch` in Node.js and in workers without XMLHttpRequest. The function `fetch` reports progress within a part only
 * if the platform streams bodies.
 */
export function sendWithFetch(fetch: typeof globalThis.fetch, streaming: Streaming): Send {
  return async ({ method, url, headers, bytes, onSent, signal }) => {
    const failure: { error?: ValetKeyError } = {};
    try {
      const body = await bodyOf(bytes, { ...streaming, onSent, failure });
      const response = await fetch(url, { method, headers, ...body, credentials: "omit", signal });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw failure.error ?? networkError(cause, { signal, what: WHAT });
    }
  };
}

async function bodyOf(bytes: FileSource, options: Watching & Streaming) {
  // The function `fetch` would send an empty stream with chunked encoding and without the signed Content-Length.
  if (bytes.size === 0) return {};
  if (!options.canStream) return { body: bytes as Blob };
  // A small body needs no stream, which takes more CPU time than the request.
  if (bytes.size <= CHUNK_BYTES) return { body: await read(bytes, options.failure) };
  const stream = streamOf(bytes, options);
  const { FixedLengthStream } = options;
  const body = FixedLengthStream === undefined ? stream : stream.pipeThrough(new FixedLengthStream(bytes.size));
  return { body, duplex: "half" as const };
}

type Watching = { onSent: Sending["onSent"]; failure: { error?: ValetKeyError } };

/** Returns a stream that reads the file during the upload, so that only one or two chunks are in memory. */
function streamOf(bytes: FileSource, { onSent, failure }: Watching): ReadableStream<Uint8Array<ArrayBuffer>> {
  let start = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        // If `fetch` requests the next chunk, `fetch` has sent the earlier chunks.
        onSent(start);
        if (start === bytes.size) return controller.close();
        const end = Math.min(bytes.size, start + CHUNK_BYTES);
        try {
          controller.enqueue(new Uint8Array(await read(bytes.slice(start, end), failure)));
          start = end;
        } catch (error) {
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
}

async function read(bytes: FileSource, failure: Watching["failure"]): Promise<ArrayBuffer> {
  try {
    return await bytes.arrayBuffer();
  } catch (cause) {
    failure.error = unreadable(cause);
    throw failure.error;
  }
}

async function readFailure(bytes: FileSource): Promise<ValetKeyError | undefined> {
  try {
    await bytes.slice(0, 1).arrayBuffer();
    return undefined;
  } catch (cause) {
    return unreadable(cause);
  }
}

export function unreadable(cause: unknown): ValetKeyError {
  return new ValetKeyError(
    "file_unreadable",
    "The file cannot be read, because it changed, moved or was deleted. Choose it again.",
    { cause },
  );
}
