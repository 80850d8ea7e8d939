import type { FileSource } from "../send-bytes.ts";
import type { Preview } from "../wire.ts";

/** An upload that the service has started, for the code that makes its previews. */
export type PreviewedUpload = {
  path: string;
  file: FileSource;
  contentType: string;
  /** Returns the id of the attachment, which changes if the upload expires and restarts. */
  attachmentId: () => string | undefined;
  onPreview: ((preview: Preview, attachmentId: string) => void) | undefined;
  signal: AbortSignal;
  /** Settles when the upload has ended. */
  done: Promise<unknown>;
};

/** Makes and sends previews while their files are uploaded. */
export type Previews = { add(upload: PreviewedUpload): void };
