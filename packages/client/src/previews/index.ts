import type { FileSource } from "../send-bytes.ts";
import { browser, type Picture, type WorkerMessage } from "./browser.ts";
import { decode, drawPreviews as drawOnPage } from "./draw-previews.ts";
import type { DrawRequest } from "./drawing-worker.ts";
import type { MadePreview, PreviewMaker } from "./preview.ts";

export type { MadePreview, PreviewMaker } from "./preview.ts";

/**
 * The maximum size of a picture file, in bytes. The client makes no previews of larger pictures, because they would need too much memory.
 */
const MAX_PICTURE_BYTES = 100_000_000;

/**
 * Makes the previews of a picture or a video in a browser. Returns an empty list for all other files. Rejects or returns an empty list for
 * a file that the browser cannot decode. Call `makePreviews` for one file at a time.
 *
 * @example
 * ```ts
 * import { createClient } from "@valetkey/client";
 * import { makePreviews } from "@valetkey/client/previews";
 *
 * const client = createClient({
 *   baseUrl: "https://files.example.com",
 *   // Makes no previews of videos.
 *   previews: async (file, options) => (options.contentType.startsWith("video/") ? [] : makePreviews(file, options)),
 * });
 * console.log(typeof client.upload); // function
 * ```
 */
export const makePreviews: PreviewMaker = async (file, { contentType, signal }) => {
  if (!(file instanceof Blob)) return [];
  const [kind] = contentType.split("/", 1);
  if (kind === "video") return drawPreviews(await readFrame(file, signal), { signal });
  const isPicture = kind === "image" && contentType !== "image/svg+xml" && file.size <= MAX_PICTURE_BYTES;
  return isPicture ? drawPreviews(file, { signal }) : [];
};

type DrawingWorker = {
  onmessage: ((message: WorkerMessage) => void) | null;
  onerror: ((event: { preventDefault(): void }) => void) | null;
  postMessage(message: DrawRequest): void;
  terminate(): void;
};

// Bundlers find the file of the worker only through the global name `Worker`.
declare const Worker: new (url: URL, options: { type: "module" }) => DrawingWorker;

/** The worker ends after this time without a picture, which frees its memory. */
const IDLE_MS = 10_000;

let worker: DrawingWorker | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
/** Whether the page can load the worker. Some bundlers and content security policies prevent workers. */
let hasWorker = true;

/**
 * Draws the previews of a picture file, or of a picture that the page has decoded (an `ImageBitmap`). Draws in a worker thread if the page
 * can load the worker.
 */
export async function drawPreviews(
  source: FileSource | Picture,
  { signal }: { signal: AbortSignal },
): Promise<readonly MadePreview[]> {
  const drawable = source as Blob | Picture;
  const previews = hasWorker ? await drawInWorker(drawable, signal) : undefined;
  if (previews !== undefined) return previews;
  hasWorker = false;
  return drawOnPage(drawable instanceof Blob ? await decode(drawable) : drawable);
}

/** Returns undefined if the page cannot load the worker. */
function drawInWorker(source: Blob | Picture, signal: AbortSignal): Promise<readonly MadePreview[] | undefined> {
  return new Promise((resolve, reject) => {
    clearTimeout(idle);
    try {
      worker ??= new Worker(new URL("./drawing-worker.ts", import.meta.url), { type: "module" });
    } catch {
      return resolve(undefined);
    }
    const stop = () => {
      worker?.terminate();
      worker = undefined;
    };
    const onAbort = () => {
      stop();
      reject(signal.reason);
    };
    worker.onmessage = ({ data }) => {
      signal.removeEventListener("abort", onAbort);
      idle = setTimeout(stop, IDLE_MS);
      resolve(data as MadePreview[]);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      signal.removeEventListener("abort", onAbort);
      stop();
      resolve(undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else worker.postMessage({ source });
  });
}

/** The position of the frame in seconds. The first frame of many videos is black, so a long video gives a later frame. */
const FRAME_AT_SECONDS = 1;

/** Reads one frame of a video. Rejects in a worker, and if the browser cannot play the video. */
async function readFrame(file: Blob, signal: AbortSignal): Promise<Picture> {
  const video = browser.document?.createElement("video");
  if (video === undefined) throw new Error("Only a page can read a frame of a video.");
  const url = URL.createObjectURL(file);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  video.onerror = () => reject(new Error("The browser cannot play the video."));
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  video.onloadeddata = () => {
    const { duration } = video;
    video.currentTime = Math.min(FRAME_AT_SECONDS, Number.isFinite(duration) ? duration / 2 : 0);
  };
  video.onseeked = () => resolve();
  Object.assign(video, { muted: true, playsInline: true, preload: "auto", src: url });
  try {
    await promise;
    return await browser.createImageBitmap(video);
  } finally {
    video.onerror = null;
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  }
}
