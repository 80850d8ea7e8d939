import type { Previews } from "../upload/previewed-upload.ts";
import type { PreviewDeps, PreviewOptions } from "./preview.ts";

/** The service accepts no previews of smaller files, because pages show such a small picture itself. In bytes. */
const MIN_FILE_BYTES = 100_000;

/** Returns undefined if the client makes no previews. Loads the code for previews together with the first large file. */
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
