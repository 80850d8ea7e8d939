import type { Call } from "../call.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Preview } from "../wire.ts";

/**
 * A small picture of a file, as a WebP or JPEG file without metadata. `small`: at most 320 px and 40 kB. `large`: at most 1,600 px and 400
 * kB.
 */
export type MadePreview = { name: Preview["name"]; bytes: Blob };

/** Makes the previews of a file. Returns an empty list for a file without previews. Uploads never wait for their previews. */
export type PreviewMaker = (
  file: FileSource,
  options: { contentType: string; signal: AbortSignal },
) => Promise<readonly MadePreview[]>;

export type PreviewOptions = {
  /**
   * Makes and sends the previews of uploaded files. `true`: a browser draws the previews of pictures and of one frame of each video, and
   * other platforms make no previews. A function replaces the client's own code for previews. Failures of previews stay silent. Default:
   * true.
   */
  previews?: boolean | PreviewMaker;
};

export type PreviewDeps = { call: Call; fetch: typeof globalThis.fetch; platform: Platform };
