import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TEST_JWT_SECRET } from "../../../packages/server/src/http/auth/testing/test-jwt.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CLI = resolve(ROOT, "packages/server/src/cli.ts");

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
  /** Resolves when it next prints a line that the pattern matches, with what its group matched. */
  printed(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code (null when a signal ended it), once nobody holds its output any more. */
  ended: Promise<number | null>;
  /** Sends the signal and answers as `ended`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

export function startProcess(place: Place): Promise<RunningService> {
  return running(spawn(process.execPath, [CLI, "start"], { env: place.env, cwd: place.dataDir }));
}

/** The same by `npm start`, in a process group of its own, as a shell starts it; `pid` and what `stop` signals are npm. */
export function startWithNpm(place: Place): Promise<RunningService> {
  const env = { ...place.env, npm_config_update_notifier: "false" };
  return running(spawn("npm", ["start"], { env, cwd: ROOT, detached: true }));
}

async function running(child: ChildProcess): Promise<RunningService> {
  const ended = once(child, "close").then(() => child.exitCode);
  const { lines, firstMatch } = collect(child);
  const url = await firstMatch(/listens on (\S+)/);
  return {
    url,
    pid: child.pid ?? 0,
    output: () => lines.join("\n"),
    printed: firstMatch,
    ended,
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs `valetkey` with these arguments to its end. Rejects, with `stderr` and `code`, when it exits otherwise than 0. */
export async function runCli(
  place: Place,
  args: string[],
  options: { timeout?: number; uid?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [CLI, ...args], { ...options, env: place.env, cwd: place.dataDir });
}

/** The same, and answers with the exit code whatever it is. */
export async function endOfCli(
  place: Place,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return runCli(place, args).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
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
