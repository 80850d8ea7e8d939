import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

// The build of the web app is beside the server in the repository.
const BUILT = resolve(import.meta.dirname, "../../../web/dist");

/** Finds the folder of the built web app. Undefined: it is not built. */
export function findWebRoot(): string | undefined {
  return existsSync(join(BUILT, "index.html")) ? BUILT : undefined;
}
