import type { PreviewedUpload, Previews } from "../upload/previewed-upload.ts";
import { makePreviews } from "./index.ts";
import type { MadePreview, PreviewDeps, PreviewMaker } from "./preview.ts";
import { createPreviewSender } from "./send-previews.ts";

/** The previews of a file wait for this time while files are uploaded, so that they do not slow short uploads down. */
const PATIENCE_MS = 3_000;
const MAKE_MS = 30_000;

type Waiting = PreviewedUpload & { dueAt: number };

/**
 * Makes the previews of uploaded files, one file at a time, in the order of the uploads. A file whose previews can't be made silently gets
 * no previews.
 */
export function createPreviewQueue(deps: PreviewDeps, option: boolean | PreviewMaker): Previews {
  const { platform } = deps;
  const make = typeof option === "function" ? option : makePreviews;
  const sender = createPreviewSender(deps);
  const waiting: Waiting[] = [];
  let uploading = 0;
  let isRunning = false;
  let wake = new AbortController();

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      wake = new AbortController();
      const pauseMs = next.dueAt - platform.now();
      if (uploading > 0 && pauseMs > 0) {
        await platform.sleep(pauseMs, wake.signal);
        continue;
      }
      waiting.shift();
      for (const preview of await makeWithin(next)) await sender.add(next, preview);
    }
    isRunning = false;
    sender.flush();
  }

  async function makeWithin({ file, contentType, signal: upload }: Waiting): Promise<readonly MadePreview[]> {
    const signal = AbortSignal.any([upload, AbortSignal.timeout(MAKE_MS)]);
    const { promise: none, resolve } = Promise.withResolvers<[]>();
    signal.addEventListener("abort", () => resolve([]), { once: true });
    if (signal.aborted) return [];
    const made = await Promise.race([make(file, { contentType, signal }).catch(() => []), none]);
    return made.filter(({ bytes }) => bytes.size * 2 <= file.size);
  }

  return {
    add(upload) {
      uploading += 1;
      const onDone = () => {
        uploading -= 1;
        if (uploading === 0) wake.abort();
      };
      upload.done.then(onDone, onDone);
      waiting.push({ ...upload, dueAt: platform.now() + PATIENCE_MS });
      void run();
    },
  };
}
