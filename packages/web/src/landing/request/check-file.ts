import { texts } from "../texts/index.ts";

const words = texts.request;

export type FileLimits = { accept: readonly string[]; maxBytes: number };

/** Why a file cannot be sent, before any byte is sent. Undefined: it can. The service decides again. */
export function problemOf(
  { size, type }: { size: number; type: string },
  { accept, maxBytes }: FileLimits,
): string | undefined {
  if (size > maxBytes) return words.tooLarge(maxBytes);
  // Browsers know no type for some files, for example of a program that is not installed.
  if (accept.length > 0 && type !== "" && !accept.some((kind) => covers(kind, type))) return words.wrongKind(accept);
  return undefined;
}

function covers(kind: string, type: string): boolean {
  return kind.endsWith("/*") ? type.startsWith(kind.slice(0, -1)) : type === kind;
}
