import { networkError, ValetKeyError } from "./errors.ts";

/**
 * A file that the client can read in pieces: a File or Blob in a page, or the result of `openFile` from `@valetkey/client/node`.
 *
 * The client needs only these members, so it can also upload files that are too large for a Blob.
 */
export type FileSource = {
  /** The size of the file in bytes. */
  readonly size: number;
  readonly name?: string;
  /** The content type of the file, or "" if the type is unknown. */
  readonly type?: string;
  /** The time of the last change of the file, in milliseconds since 1970. */
  readonly lastModified?: number;
  /** Returns the bytes from `start` (inclusive) to `end` (exclusive). `end` may exceed the size of the file. */
  slice(start: number, end: number): FileSource;
  /** Rejects if the platform cannot read the bytes, or if the file has changed. */
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** A signed request to the bucket. The signature covers the headers and the bytes, so neither may change. */
type Sending = {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: FileSource;
  /** Called with the number of sent bytes on platforms that report this number. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
};

/** A response of the bucket. `text` is the body, which is XML with the error code if the bucket reports an error. */
type Sent = { status: number; text: string };

/** Sends bytes to the bucket. Rejects with a ValetKeyError: `network`, `aborted`, `file_unreadable`. */
export type Send = (sending: Sending) => Promise<Sent>;

/** The size of one read of the file. Each part in transfer needs about 1 MiB of memory. */
const CHUNK_BYTES = 2 ** 20;

/** Browsers set these headers, and scripts may not set them. */
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
 * Sends with XMLHttpRequest, because the `fetch` of browsers reports no progress of uploads. The browser reads the file while it sends the
 * bytes.
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
      // XMLHttpRequest reports a changed file and a broken connection with the same event. To find out whether the file has changed, the
      // client reads one byte of the file.
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

/** A stream of Cloudflare Workers that gives a request body a Content-Length. All other streams have chunked encoding there. */
export type FixedLengthStream = new (bytes: number) => TransformStream<Uint8Array<ArrayBuffer>>;

type Streaming = { canStream: boolean; FixedLengthStream?: FixedLengthStream | undefined };

/**
 * Sends with `fetch` in Node.js and in workers without XMLHttpRequest. Reports progress within a part only if the platform can stream
 * request bodies.
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
  // For an empty stream, `fetch` would use chunked encoding and omit the signed Content-Length.
  if (bytes.size === 0) return {};
  if (!options.canStream) return { body: bytes as Blob };
  // A small body is read at once, because a stream would take more CPU time than the request.
  if (bytes.size <= CHUNK_BYTES) return { body: await read(bytes, options.failure) };
  const stream = streamOf(bytes, options);
  const { FixedLengthStream } = options;
  const body = FixedLengthStream === undefined ? stream : stream.pipeThrough(new FixedLengthStream(bytes.size));
  return { body, duplex: "half" as const };
}

type Watching = { onSent: Sending["onSent"]; failure: { error?: ValetKeyError } };

/** Returns a stream that reads the file while it is sent, so that only one or two chunks are in memory. */
function streamOf(bytes: FileSource, { onSent, failure }: Watching): ReadableStream<Uint8Array<ArrayBuffer>> {
  let start = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        // When `fetch` reads the next chunk, it has sent all earlier chunks.
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
