import type { OpenedLink } from "@valetkey/client";
import type { FileLimits } from "./check-file.ts";

export type FileRequest = NonNullable<OpenedLink["request"]>;
export type Slot = FileRequest["slots"][number];

/** The limits that a file request still has, as far as this page knows. The service decides at each start. */
export type RequestState = {
  filesLeft(): number;
  limitsOf(slot: Slot | undefined): FileLimits;
  /** Counts a file that was chosen or sent. `change`: 1, or -1 for one that was taken back. */
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
