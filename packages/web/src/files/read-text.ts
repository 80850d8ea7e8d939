import type { Range } from "./read-range.ts";

/** The number of bytes that a preview shows of a longer text. */
export const SHOWN_BYTES = 256 * 1024;

type Source = { sizeBytes: number; read: (range: Range) => Promise<Uint8Array<ArrayBuffer>>; signal: AbortSignal };

/** Reads the start of a text file. */
export async function readText({ sizeBytes, read, signal }: Source): Promise<string> {
  // An empty file has no range to read.
  if (sizeBytes === 0) return "";
  const to = Math.min(sizeBytes, SHOWN_BYTES);
  const bytes = await read({ from: 0, to, signal });
  // Decodes the bytes as a part of a stream, because the end of the range may split a character.
  return new TextDecoder(encodingOf(bytes)).decode(bytes, { stream: to < sizeBytes });
}

/** Returns the encoding of the byte order mark. Without a mark, the encoding is UTF-8. Source: WHATWG Encoding, "BOM sniff". */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}
