import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Returns the size of all buffers that are still in use in this process. Collects garbage first, so the result excludes freed buffers. */
export function heldBytes(): number {
  // The first collection frees its buffers in the background. The second collection waits for that.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
