import type { OpenedLink } from "@valetkey/client";
import type { FileLimits } from "./check-file.ts";

export type FileRequest = NonNullable<OpenedLink["request"]>;
export type Slot = FileRequest["slots"][number];

/** How many files and bytes a file request still accepts, as far as this page knows. The service decides at the start of each upload. */
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
