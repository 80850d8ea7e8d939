import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TEST_JWT_SECRET } from "../../../packages/server/src/http/auth/testing/test-jwt.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CLI = resolve(ROOT, "packages/valetkey/bin/valetkey.js");
const CHEAP_SCRYPT = resolve(import.meta.dirname, "cheap-scrypt.cjs");

/** The data folder and the environment of one service. The environment inherits only PATH from the machine. */
export type Place = { env: Record<string, string>; dataDir: string; remove(): Promise<void> };

export async function makePlace(env: Record<string, string> = {}): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), "valetkey-e2e-"));
  return {
    dataDir,
    env: {
      PATH: process.env.PATH ?? "",
      NODE_OPTIONS: `--require=${CHEAP_SCRYPT}`,
      HOME: dataDir,
      DATA_DIR: dataDir,
      PORT: "0",
      S3_LOCAL_PORT: "0",
      HOST: "127.0.0.1",
      AUTH_JWT_SECRET: TEST_JWT_SECRET,
      // If the service accepts JWTs, sign-up is closed by default.
      AUTH_SIGN_UP: "open",
      ...env,
    },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** A process of `valetkey start`. */
export type RunningService = {
  url: string;
  pid: number;
  /** The output so far, including standard error. */
  output(): string;
  /** Resolves with the first group of the pattern when the process prints a matching line. */
  printed(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code (null after a signal) when all holders of its output have closed it. */
  ended: Promise<number | null>;
  /** Sends the signal and returns `ended`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** `program`: the path of Node and of the command. Default: the paths of the repository. */
export async function startProcess(
  place: Place,
  program = { node: process.execPath, command: CLI },
): Promise<RunningService> {
  const start = () => running(spawn(program.node, [program.command, "start"], { env: place.env, cwd: place.dataDir }));
  try {
    return await start();
  } catch (error) {
    // Another test may use the free port before this service listens on it.
    const isTaken = place.env.PORT === "0" && error instanceof Error && error.message.includes("EADDRINUSE");
    if (!isTaken) throw error;
    return start();
  }
}

/** Starts the service with `npm start` in its own process group, as a shell does. `pid` and `stop` belong to npm. */
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

/** Runs `valetkey` with these arguments. Rejects with `stderr` and `code` unless it exits with 0. */
export async function runCli(
  place: Place,
  args: string[],
  options: { timeout?: number; uid?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [CLI, ...args], { ...options, env: place.env, cwd: place.dataDir });
}

/** Runs `valetkey`, and resolves with any exit code. */
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
