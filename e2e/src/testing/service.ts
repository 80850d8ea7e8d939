import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TEST_JWT_SECRET } from "../../../packages/server/src/http/auth/testing.ts";

const CLI = resolve(import.meta.dirname, "../../../packages/server/src/cli.ts");

/** A place of its own for one service: a data folder, ports, and no variable of the machine's that could change a test. */
export type Place = { env: Record<string, string>; dataDir: string; remove(): Promise<void> };

export async function makePlace(env: Record<string, string> = {}): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), "valetkey-e2e-"));
  return {
    dataDir,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: dataDir,
      DATA_DIR: dataDir,
      PORT: "0",
      S3_LOCAL_PORT: "0",
      HOST: "127.0.0.1",
      AUTH_JWT_SECRET: TEST_JWT_SECRET,
      ...env,
    },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** A real process of the service, as `valetkey start` runs it. */
export type RunningService = {
  url: string;
  pid: number;
  /** Everything it has printed so far, standard error included. */
  output(): string;
  /** Sends the signal and answers the exit code (null when the signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

export async function startProcess(place: Place): Promise<RunningService> {
  const child = spawn(process.execPath, [CLI, "start"], { env: place.env, cwd: place.dataDir });
  const { lines, firstMatch } = collect(child);
  const url = await firstMatch(/listens on (\S+)/);
  return {
    url,
    pid: child.pid ?? 0,
    output: () => lines.join("\n"),
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const closed = once(child, "close");
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}

/** Runs `valetkey` with these arguments to its end. Rejects, with `stderr` and `code`, when it exits otherwise than 0. */
export async function runCli(place: Place, args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [CLI, ...args], { env: place.env, cwd: place.dataDir });
}

function collect(child: ChildProcess) {
  const lines: string[] = [];
  const waiting: { pattern: RegExp; resolve: (match: string) => void }[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const { pattern, resolve } of waiting) {
        const match = pattern.exec(line)?.[1];
        if (match !== undefined) resolve(match);
      }
    });
  }
  return {
    lines,
    firstMatch: (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ pattern, resolve });
        child.once("close", () => reject(new Error(`the service ended before ${pattern}:\n${lines.join("\n")}`)));
      }),
  };
}
