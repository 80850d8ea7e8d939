import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Runs a start script, and resolves when it prints "ready". Rejects with the output of the script if the script ends before that. */
export async function startScript(script: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn("bash", [script], { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (line === "ready") ready.resolve();
    });
  }
  child.once("close", (code) => {
    ready.reject(new Error(`${script} ended with ${code}:\n${lines.join("\n")}`));
  });
  // Stops the script if the test process ends before the script.
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  child.once("close", () => process.off("exit", stop));
  await ready.promise;
  return child;
}

/** Stops a start script and all processes that it started. */
export async function stopScript(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
