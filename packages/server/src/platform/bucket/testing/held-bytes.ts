import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Returns the size of all buffers that the test process still uses. Collects garbage first, so the result excludes freed buffers. */
export function heldBytes(): number {
  // The first garbage collection frees buffers in the background. The second garbage collection waits for the first.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
