import { existsSync } from "node:fs";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

// A control group gets its share of a core again in each period. Microseconds.
const PERIOD = 10_000;
const VERSION_1 = "/sys/fs/cgroup/cpu";
const VERSION_2 = "/sys/fs/cgroup";

export type CpuQuota = {
  /** Removes the quota. The process must have ended. */
  remove(): Promise<void>;
};

/** Limits a process to a share of one core, such as 0.25. Uses a control group of Linux, so it needs root. */
export async function limitCpu(pid: number, share: number): Promise<CpuQuota> {
  const isVersion1 = existsSync(join(VERSION_1, "cpu.cfs_quota_us"));
  const group = join(isVersion1 ? VERSION_1 : VERSION_2, `valetkey-bench-${pid}`);
  const quota = String(Math.round(share * PERIOD));
  await mkdir(group);
  if (isVersion1) {
    await writeFile(join(group, "cpu.cfs_period_us"), String(PERIOD));
    await writeFile(join(group, "cpu.cfs_quota_us"), quota);
  } else await writeFile(join(group, "cpu.max"), `${quota} ${PERIOD}`);
  await writeFile(join(group, "cgroup.procs"), String(pid));
  return { remove: () => rmdir(group) };
}
