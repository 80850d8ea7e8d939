import type { OpenedLink } from "@valetkey/client";
import { texts } from "../texts/en.ts";

export type FileRequest = NonNullable<OpenedLink["request"]>;
export type Slot = FileRequest["slots"][number];

/**
 * The remaining files and bytes of a file request, as far as this page knows. The service checks its own numbers when each upload starts.
 */
export type RequestState = {
  filesLeft(): number;
  limitsOf(slot: Slot | undefined): FileLimits;
  /** Counts a file that the visitor has chosen or sent. `files` is -1 for a file that the visitor has removed. */
  count(change: { files: 1 | -1; bytes: number }): void;
};

export function createRequestState(request: FileRequest): RequestState {
  let { filesLeft, bytesLeft } = request;
  return {
    filesLeft: () => filesLeft,
    limitsOf: (slot) => ({
      accept: slot?.accept?.length ? slot.accept : request.accept,
      maxBytes: Math.min(slot?.maxBytes ?? request.maxBytesPerFile, request.maxBytesPerFile, bytesLeft),
    }),
    count({ files, bytes }) {
      filesLeft -= files;
      bytesLeft -= files * bytes;
    },
  };
}

const words = texts.request;

type FileLimits = { accept: readonly string[]; maxBytes: number };

/**
 * Checks a file before the page sends its first byte. Returns the reason why the file cannot be sent, or undefined for an acceptable file.
 * The service checks the file again.
 */
export function problemOf(
  { size, type }: { size: number; type: string },
  { accept, maxBytes }: FileLimits,
): string | undefined {
  if (size > maxBytes) return words.tooLarge(maxBytes);
  // For some files, a browser knows no type, for example if no installed program opens such files.
  if (accept.length > 0 && type !== "" && !accept.some((kind) => covers(kind, type))) return words.wrongKind(accept);
  return undefined;
}

function covers(kind: string, type: string): boolean {
  return kind.endsWith("/*") ? type.startsWith(kind.slice(0, -1)) : type === kind;
}
