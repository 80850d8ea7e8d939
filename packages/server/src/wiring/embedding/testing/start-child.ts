import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Place } from "./embedding.ts";

/**
 * Starts a `.child.ts` file of this folder as a process that uses this database and bucket. The output of the tests contains the standard
 * error of this process. The process gets all members of `given`.
 */
export function startEmbeddingChild(name: string, given: Place & { [option: string]: unknown }) {
  const script = fileURLToPath(new URL(`./${name}.child.ts`, import.meta.url));
  const place = JSON.stringify(given);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, place], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  return { lines: createInterface({ input: child.stdout }), kill };
}
