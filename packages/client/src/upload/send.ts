import { unanswered, ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";

/** One signed request: exactly these headers, these bytes. */
export type Sending = {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: FileSource;
  /** Told how many bytes have gone out so far, as far as the platform can say. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
};

/** What the bucket said. `text` is the body: of an error, the XML that names its code. */
export type Sent = { status: number; text: string };

/** Sends bytes to the bucket. Throws ValetKeyError: `network`, `aborted`, `file_unreadable`. */
export type Send = (sending: Sending) => Promise<Sent>;

/** How much is read of a file at once, which bounds the memory of an upload together with how many go in parallel. */
const CHUNK_BYTES = 2 ** 20;

/** Browsers set these themselves, from the body and the address, and refuse to be told. */
const SET_BY_BROWSER = /^(content-length|host)$/i;

const WHAT = "An upload to the bucket";

type XhrEvents = {
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
};

type Xhr = XhrEvents & {
  upload: { onprogress: ((event: { loaded: number }) => void) | null };
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
};

/** For browsers, where only XMLHttpRequest tells how far an upload is. It reads the file from the disk as it sends. */
export function sendWithXhr(XMLHttpRequest: new () => Xhr): Send {
  return ({ method, url, headers, bytes, onSent, signal }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      const abort = () => xhr.abort();
      const settle = (then: () => void) => () => {
        signal.removeEventListener("abort", abort);
        then();
      };
      // A file that has changed on the disk fails like the network does: reading a byte of it tells which it was.
      const fail = async () => reject((await readFailure(bytes)) ?? unanswered(undefined, { signal, what: WHAT }));
      xhr.onload = settle(() => resolve({ status: xhr.status, text: xhr.responseText }));
      xhr.onerror = settle(fail);
      xhr.onabort = settle(() => reject(unanswered(undefined, { signal, what: WHAT })));
      xhr.upload.onprogress = ({ loaded }) => onSent(loaded);
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headers)) {
        if (!SET_BY_BROWSER.test(name)) xhr.setRequestHeader(name, value);
      }
      signal.addEventListener("abort", abort);
      if (signal.aborted) xhr.onabort();
      // What a page can choose is a Blob.
      else xhr.send(bytes as Blob);
    });
}

/** For Node and workers without XMLHttpRequest. Only where a body can stream is there progress within a part. */
export function sendWithFetch(fetch: typeof globalThis.fetch, { canStream }: { canStream: boolean }): Send {
  return async ({ method, url, headers, bytes, onSent, signal }) => {
    const failure: { error?: ValetKeyError } = {};
    const body = bodyOf(bytes, { canStream, onSent, failure });
    try {
      const response = await fetch(url, { method, headers, ...body, credentials: "omit", signal });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw failure.error ?? unanswered(cause, { signal, what: WHAT });
    }
  };
}

function bodyOf(bytes: FileSource, options: Watching & { canStream: boolean }) {
  // Else it would be sent in chunks, without the length that was signed.
  if (bytes.size === 0) return {};
  if (!options.canStream) return { body: bytes as Blob };
  return { body: streamOf(bytes, options), duplex: "half" as const };
}

type Watching = { onSent: Sending["onSent"]; failure: { error?: ValetKeyError } };

/** Read as it is sent, so that no more than a piece or two is in memory. */
function streamOf(bytes: FileSource, { onSent, failure }: Watching): ReadableStream<Uint8Array<ArrayBuffer>> {
  let start = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        // Asked for the next piece, so those before went out.
        onSent(start);
        if (start === bytes.size) return controller.close();
        const end = Math.min(bytes.size, start + CHUNK_BYTES);
        try {
          controller.enqueue(new Uint8Array(await bytes.slice(start, end).arrayBuffer()));
          start = end;
        } catch (cause) {
          failure.error = unreadable(cause);
          controller.error(failure.error);
        }
      },
    },
    { highWaterMark: 0 },
  );
}

/** Why a file can't be read, or undefined when it can. */
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
    "The file can't be read: it changed, moved or went away. Choose it again.",
    {
      cause,
    },
  );
}
