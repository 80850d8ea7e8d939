import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

// The server doesn't know the web app, only where its build is put: next to it in the repository.
const BUILT = resolve(import.meta.dirname, "../../../web/dist");

/** The folder with the built web app; undefined when it has not been built. */
export function findWebRoot(): string | undefined {
  return existsSync(join(BUILT, "index.html")) ? BUILT : undefined;
}
