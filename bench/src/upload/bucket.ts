import { fork } from "node:child_process";
import { once } from "node:events";
import { profileFlags } from "../rig/candidate.ts";

/** Starts the embedded bucket in a separate process, with its data in this folder. */
export async function startBucket(dataDir: string) {
  const child = fork(new URL("./bucket-process.ts", import.meta.url), [dataDir], { execArgv: profileFlags("bucket") });
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
