import { texts } from "../texts/index.ts";

const words = texts.request;

export type FileLimits = { accept: readonly string[]; maxBytes: number };

/**
 * Checks a file before the page sends a byte. Returns why the file cannot be sent, or undefined if it can be sent. The service checks the
 * file again.
 */
export function problemOf(
  { size, type }: { size: number; type: string },
  { accept, maxBytes }: FileLimits,
): string | undefined {
  if (size > maxBytes) return words.tooLarge(maxBytes);
  // A browser knows no type for some files, for example if no installed program opens them.
  if (accept.length > 0 && type !== "" && !accept.some((kind) => covers(kind, type))) return words.wrongKind(accept);
  return undefined;
}

function covers(kind: string, type: string): boolean {
  return kind.endsWith("/*") ? type.startsWith(kind.slice(0, -1)) : type === kind;
}
