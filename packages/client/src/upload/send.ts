import { unanswered, ValetKeyError } from "../errors.ts";

/** One signed request: exactly these headers, these bytes. */
export type Sending = {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: Blob;
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
      else xhr.send(bytes);
    });
}

/** For Node and workers without XMLHttpRequest. Only where a body can stream is there progress within a part. */
export function sendWithFetch(fetch: typeof globalThis.fetch, { canStream }: { canStream: boolean }): Send {
  return async ({ method, url, headers, bytes, onSent, signal }) => {
    const failure: { error?: ValetKeyError } = {};
    const body =
      canStream && bytes.size > 0
        ? { body: ReadableStream.from(chunksOf(bytes, { onSent, failure })), duplex: "half" as const }
        : { body: bytes };
    try {
      const response = await fetch(url, { method, headers, ...body, credentials: "omit", signal });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw failure.error ?? unanswered(cause, { signal, what: WHAT });
    }
  };
}

type Watching = { onSent: Sending["onSent"]; failure: { error?: ValetKeyError } };

async function* chunksOf(bytes: Blob, { onSent, failure }: Watching) {
  for (let start = 0; start < bytes.size; start += CHUNK_BYTES) {
    const chunk = bytes.slice(start, start + CHUNK_BYTES);
    try {
      yield new Uint8Array(await chunk.arrayBuffer());
    } catch (cause) {
      failure.error = unreadable(cause);
      throw failure.error;
    }
    // Asked for the next one, so this one went out.
    onSent(start + chunk.size);
  }
}

/** Why a file can't be read, or undefined when it can. */
async function readFailure(bytes: Blob): Promise<ValetKeyError | undefined> {
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
