import { ValetKeyError } from "@valetkey/client";

export type Range = {
  from: number;
  /** The offset of the first byte after the range. */
  to: number;
  signal?: AbortSignal | undefined;
};

export type UrlSource = {
  /** Returns a URL that is valid for some seconds. */
  getUrl(): Promise<string>;
  /** Receives a URL that the bucket has refused. */
  discardUrl(url: string): void;
};

/** Reads bytes from the bucket. If the bucket refuses the first URL, retries once with a new URL. Rejects with `ValetKeyError`. */
export async function readRange(
  { getUrl, discardUrl }: UrlSource,
  { from, to, signal }: Range,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let isSecond = false; ; isSecond = true) {
    const url = await getUrl();
    const response = await get(url, { from, to, signal });
    const { status } = response;
    if (status === 206) return bytesOf(response);
    if (status === 200) return (await bytesOf(response)).subarray(from, to);
    await response.body?.cancel();
    if (status === 403 && !isSecond) {
      discardUrl(url);
      continue;
    }
    if (status === 404) throw new ValetKeyError("attachment_not_found", "The bucket has no such file.", { status });
    const code = status >= 500 || status === 429 ? "bucket_unavailable" : "bucket_refused";
    throw new ValetKeyError(code, `The bucket returned ${status}.`, { status });
  }
}

async function get(url: string, { from, to, signal }: Range): Promise<Response> {
  try {
    const headers = { range: `bytes=${from}-${to - 1}` };
    return await fetch(url, { credentials: "omit", headers, signal: signal ?? null });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ValetKeyError("network", "The bucket did not respond.", { cause });
  }
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new ValetKeyError("network", "The connection to the bucket broke.", { cause });
  }
}

/** How many bytes of a longer text the preview shows. */
export const SHOWN_BYTES = 256 * 1024;

type Source = { sizeBytes: number; read: (range: Range) => Promise<Uint8Array<ArrayBuffer>>; signal: AbortSignal };

export async function readText({ sizeBytes, read, signal }: Source): Promise<string> {
  // An empty file has no range to read.
  if (sizeBytes === 0) return "";
  const to = Math.min(sizeBytes, SHOWN_BYTES);
  const bytes = await read({ from: 0, to, signal });
  // The end of the range may split a character, so the bytes are decoded as a part of a stream.
  return new TextDecoder(encodingOf(bytes)).decode(bytes, { stream: to < sizeBytes });
}

/**
 * Returns the encoding that the byte order mark names. Without a byte order mark, the encoding is UTF-8. Source: WHATWG Encoding, "BOM
 * sniff".
 */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}
