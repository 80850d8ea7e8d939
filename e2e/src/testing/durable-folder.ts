import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** The type of tmpfs (statfs(2)). */
const TMPFS = 0x01021994;

/**
 * Returns the folder for temporary files, or another folder on a disk if the first folder is in memory. The tests need a folder on a disk,
 * because the doctor reports a DATA_DIR in memory.
 */
export function durableFolder(): string {
  return process.platform === "linux" && statfsSync(tmpdir()).type === TMPFS ? "/var/tmp" : tmpdir();
}
