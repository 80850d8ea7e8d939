import type { Call } from "../call.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Preview } from "../wire.ts";

/** A small picture of a file, as a WebP or JPEG file without metadata. `small`: at most 320 px and 40 kB. `large`: 1,600 px and 400 kB. */
export type MadePreview = { name: Preview["name"]; bytes: Blob };

/** Makes the previews of a file. Returns an empty list if the file has none. The upload of the file never waits for its previews. */
export type PreviewMaker = (
  file: FileSource,
  options: { contentType: string; signal: AbortSignal },
) => Promise<readonly MadePreview[]>;

export type PreviewOptions = {
  /**
   * Makes and sends the previews of uploaded files. `true`: the browser draws pictures and one frame of each video. Other platforms make
   * no previews. A function makes the previews itself. Failures stay silent. The default of `previews` is true.
   */
  previews?: boolean | PreviewMaker;
};

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

export type Previews = { add(upload: PreviewedUpload): void };

export type PreviewDeps = { call: Call; fetch: typeof globalThis.fetch; platform: Platform };

/** The service accepts no previews of smaller files, because such a file is its own preview. Bytes. */
const MIN_FILE_BYTES = 100_000;

/** Returns undefined if the client makes no previews. The code that makes and sends previews loads with the first large file. */
export function openPreviews(deps: PreviewDeps, { previews: option = true }: PreviewOptions): Previews | undefined {
  const isWanted = typeof option === "function" || (option && "OffscreenCanvas" in globalThis);
  // The service accepts no preview without a checksum.
  if (!isWanted || deps.platform.sha256 === undefined) return undefined;
  let queue: Promise<Previews> | undefined;
  return {
    add(upload) {
      if (upload.file.size < MIN_FILE_BYTES) return;
      queue ??= import("./preview-queue.ts").then(({ createPreviewQueue }) => createPreviewQueue(deps, option));
      queue.then(
        ({ add }) => add(upload),
        () => {
          queue = undefined;
        },
      );
    },
  };
}
