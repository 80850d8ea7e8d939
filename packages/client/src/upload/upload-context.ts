import type { Call } from "../call.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { Attachment, SendFileBody, SentFile } from "../wire.ts";
import type { Progress } from "./progress.ts";
import type { Receiver } from "./receiver.ts";
import type { Retry } from "./retry.ts";
import type { SavedUpload } from "./saved-upload.ts";

/** A PUT that the service has signed. */
export type SignedPut = { method: string; url: string; headers: Record<string, string> };

/**
 * An upload that the service has started, and how the client sends its bytes. `sent`: the bucket already has all bytes. `attachmentId` is
 * undefined for an upload that a visitor sends for a file request.
 */
export type OpenUpload = { uploadId: string; attachmentId: string | undefined } & (
  | { kind: "put"; request: SignedPut }
  | { kind: "multipart"; partSize: number; partCount: number }
  | { kind: "sent" }
);

/** A file that was uploaded to a note, or sent for a file request. */
export type FinishedFile = Attachment | SentFile;

/** The values that the steps of one upload share. */
export type UploadContext = {
  call: Call;
  platform: Platform;
  retry: Retry;
  progress: Progress;
  saved: SavedUpload;
  receiver: Receiver;
  file: FileSource;
  /** The body of the request that starts the upload. It describes the file. */
  declared: SendFileBody;
  /** The upload that was started or resumed last. */
  opened?: OpenUpload;
  parallel: number;
  /** Aborts when the caller aborts the upload. */
  signal: AbortSignal;
};
