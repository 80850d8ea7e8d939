import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { mountSmallDisk } from "../../../../packages/s3-local/src/testing/small-disk.ts";
import { type Fault, type Stage, setVariables } from "../stage.ts";

/** Faults of the disk. The tests of these faults need a user who may mount a file system. */
export const diskFaults: readonly Fault[] = [
  {
    fault: "the disk is full",
    setup: "small disk",
    id: "disk-full",
    also: ["data-dir-in-memory"],
    arrange: (stage) => onDisk(stage, { mebibytes: 32, used: 31 }),
  },
  {
    fault: "the disk is nearly full",
    setup: "small disk",
    id: "disk-nearly-full",
    also: ["data-dir-in-memory"],
    arrange: (stage) => onDisk(stage, { mebibytes: 256, used: 238 }),
  },
  {
    fault: "the disk is in memory",
    setup: "small disk",
    id: "data-dir-in-memory",
    arrange: (stage) => onDisk(stage, { mebibytes: 64, used: 1 }),
    cure: (remedy) => setVariables(remedy, { DATA_DIR: remedy.stage.env.DATA_DIR ?? "" }),
  },
  {
    fault: "the disk is read-only",
    setup: "small disk",
    id: "data-dir-read-only",
    also: ["data-dir-in-memory", "sqlite-read-only"],
    async arrange(stage) {
      const env = await onDisk(stage, { mebibytes: 64, used: 1 });
      new DatabaseSync(join(env.DATA_DIR, "valetkey.db")).close();
      await writeFile(join(env.DATA_DIR, "valetkey.db"), "");
      execFileSync("mount", ["-o", "remount,ro", env.DATA_DIR]);
      return env;
    },
  },
];

async function onDisk({ env }: Stage, { mebibytes, used }: { mebibytes: number; used: number }) {
  const disk = await mountSmallDisk({ mebibytes });
  await mkdir(join(disk, "data"));
  await writeFile(join(disk, "ballast"), Buffer.alloc(used * 2 ** 20));
  return { ...env, DATA_DIR: disk };
}
