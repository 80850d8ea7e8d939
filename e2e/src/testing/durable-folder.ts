import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** The file system type of tmpfs in statfs(2). */
const TMPFS = 0x01021994;

/** Returns the folder for temporary files, or a folder on a disk if that folder is in memory. The doctor reports a DATA_DIR in memory. */
export function durableFolder(): string {
  return process.platform === "linux" && statfsSync(tmpdir()).type === TMPFS ? "/var/tmp" : tmpdir();
}
