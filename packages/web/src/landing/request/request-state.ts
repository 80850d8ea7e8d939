import type { OpenedLink } from "@valetkey/client";
import { texts } from "../texts/en.ts";

export type FileRequest = NonNullable<OpenedLink["request"]>;
export type Slot = FileRequest["slots"][number];

/** The remaining files and bytes of a file request, as far as this page knows. The service decides at the start of each upload. */
export type RequestState = {
  filesLeft(): number;
  limitsOf(slot: Slot | undefined): FileLimits;
  /** Counts a file that the visitor chose or sent. `files` is 1, or -1 for a file that the visitor removed. */
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
 * Checks a file before the page sends a byte. Returns the reason why the file cannot be sent. Returns undefined for an acceptable file. The
 * service checks the file again.
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
