import { fork } from "node:child_process";
import { once } from "node:events";
import { profileFlags } from "../rig/candidate.ts";

/** Starts the embedded bucket in a separate process, with its data in this folder. Throws if the process ends at its start. */
export async function startBucket(dataDir: string) {
  const child = fork(new URL("./bucket-process.ts", import.meta.url), [dataDir], { execArgv: profileFlags("bucket") });
  const ended = once(child, "exit").then(([code]): never => {
    throw new Error(`The process of the bucket has ended with ${code}. Its output is above`);
  });
  // Without this line, the end of the process after `stop` would be an unhandled rejection.
  ended.catch(() => undefined);
  const [endpoint] = (await Promise.race([once(child, "message"), ended])) as [string];
  return {
    endpoint,
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
