import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { onTestFinished } from "vitest";

// Debian has mkfs.ext4 in /usr/sbin, which is not in every PATH.
const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin", "/sbin"].join(delimiter) };

/**
 * Mounts a disk for one test. `break` causes a disk error, after which the file system is read-only even for open files, as on most disks.
 * Needs root on Linux.
 */
export function mountFragileDisk(): { folder: string; break: () => void } {
  const place = mkdtempSync(join(tmpdir(), "fragile-disk-"));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const [image, folder] = [join(place, "image"), join(place, "disk")];
  mkdirSync(folder);
  execFileSync("truncate", ["--size", "64M", image]);
  execFileSync("mkfs.ext4", ["-q", image], { env });
  execFileSync("mount", ["-o", "loop,errors=remount-ro", image, folder]);
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  const device = execFileSync("findmnt", ["--noheadings", "--output", "SOURCE", folder], { encoding: "utf8" }).trim();
  return {
    folder,
    break: () => writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "broken by a test"),
  };
}

/** Mounts a disk in memory for one test. Needs root on Linux. */
export async function mountSmallDisk({ mebibytes }: { mebibytes: number }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder]);
  onTestFinished(() => {
    // A killed process may still have open files, so the unmount is lazy.
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}
