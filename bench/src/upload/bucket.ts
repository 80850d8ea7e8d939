import { fork } from "node:child_process";
import { once } from "node:events";

export type Bucket = { endpoint: string; stop(): Promise<void> };

/** Starts the embedded bucket in a separate process, with its data in this folder. */
export async function startBucket(dataDir: string): Promise<Bucket> {
  const child = fork(new URL("./bucket-process.ts", import.meta.url), [dataDir], { execArgv: profileFlags() });
  const [endpoint] = (await once(child, "message")) as [string];
  return {
    endpoint,
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

/** Writes a CPU profile to BENCH_PROFILE_DIR, if set. */
function profileFlags(): string[] {
  const directory = process.env.BENCH_PROFILE_DIR;
  return directory === undefined
    ? []
    : ["--cpu-prof", `--cpu-prof-dir=${directory}`, "--cpu-prof-name=bucket.cpuprofile"];
}
