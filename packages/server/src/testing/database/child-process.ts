import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a `.child.ts` file of the folder `testing/database`. The output of the tests shows the standard error of this process. */
export function startChild(name: string, args: readonly string[]): ChildProcess {
  const script = fileURLToPath(new URL(`./${name}.child.ts`, import.meta.url));
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Resolves with the exit code of the process, or with the signal that ended it. */
export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? 0;
}
