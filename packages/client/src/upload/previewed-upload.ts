import type { FileSource } from "../send-bytes.ts";
import type { Preview } from "../wire.ts";

/** An upload that the service has started. */
export type PreviewedUpload = {
  /** The path of the calls for previews. */
  path: string;
  file: FileSource;
  contentType: string;
  /** The attachment of the upload. The id changes if the upload expires and starts again. */
  attachmentId: () => string | undefined;
  onPreview: ((preview: Preview, attachmentId: string) => void) | undefined;
  signal: AbortSignal;
  /** Settles when the upload is over. */
  done: Promise<unknown>;
};

/** Makes and sends the previews of uploads, beside the uploads. */
export type Previews = { add(upload: PreviewedUpload): void };
