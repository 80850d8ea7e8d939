import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The statfs types of the file systems that Linux has in memory. A flush in memory costs nothing, so a comparison there would be wrong.
const MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

export type Scratch = { path: string; remove(): Promise<void> };

/** Makes a directory on a real disk: in BENCH_DIR, or in the first default directory that is not in memory. */
export async function createScratch(): Promise<Scratch> {
  const chosen = process.env.BENCH_DIR;
  for (const parent of chosen === undefined ? [tmpdir(), "/var/tmp", process.cwd()] : [chosen]) {
    const kind = await statfs(parent).then(
      ({ type }) => type,
      () => undefined,
    );
    if (kind === undefined || MEMORY_FILE_SYSTEMS.has(kind)) continue;
    const path = await mkdtemp(join(parent, "valetkey-bench-"));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }
  throw new Error("Found no directory on a disk. Set BENCH_DIR to one.");
}
