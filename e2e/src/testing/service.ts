import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TEST_JWT_SECRET } from "../../../packages/server/src/testing/auth/test-jwt.ts";
import { SQLITE_TEMPLATE } from "../../../packages/server/src/testing/database/sqlite-template.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CLI = resolve(ROOT, "packages/valetkey/bin/valetkey.js");
const CHEAP_SCRYPT = resolve(import.meta.dirname, "cheap-scrypt.cjs");

/** Returns the arguments with which Node.js runs the `valetkey` command of this repository. */
export const commandOf = (): string[] => [CLI];

/** The data folder and the environment variables of one service. The service gets only PATH from the environment of the machine. */
export type Place = { env: Record<string, string>; dataDir: string; remove(): Promise<void> };

type PlaceOptions = { parent?: string };

/** Makes a place for the first start of a service, with a data folder in `parent`. Default of `parent`: the folder for temporary files. */
export async function makeEmptyPlace(
  env: Record<string, string> = {},
  { parent = tmpdir() }: PlaceOptions = {},
): Promise<Place> {
  const dataDir = await mkdtemp(join(parent, "valetkey-e2e-"));
  return {
    dataDir,
    env: {
      PATH: process.env.PATH ?? "",
      // The semi-space size is the same as with `npm start`.
      NODE_OPTIONS: `--require=${CHEAP_SCRYPT} --max-semi-space-size=16`,
      HOME: dataDir,
      DATA_DIR: dataDir,
      PORT: "0",
      S3_LOCAL_PORT: "0",
      HOST: "127.0.0.1",
      AUTH_JWT_SECRET: TEST_JWT_SECRET,
      // Many tests need open sign-up, which is closed by default if the service accepts JWTs.
      AUTH_SIGN_UP: "open",
      ...env,
    },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** Makes a place with an SQLite database that has the current schema. Without migrations, a start needs a quarter less CPU time. */
export async function makePlace(env: Record<string, string> = {}, options: PlaceOptions = {}): Promise<Place> {
  const place = await makeEmptyPlace(env, options);
  const template = process.env[SQLITE_TEMPLATE];
  // Only a test run makes a template of the database. The script for screenshots has none.
  if (template !== undefined) await cp(join(template, "service"), place.dataDir, { recursive: true });
  return place;
}

export type RunningService = {
  url: string;
  pid: number;
  /** Returns everything that the process has printed so far, including standard error. */
  output(): string;
  /** Waits until the process prints a line that matches the pattern. Resolves with the first group of the match. */
  printed(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code when all processes with this output have ended. The exit code is null after a signal. */
  ended: Promise<number | null>;
  /** Sends a signal (default SIGTERM), and returns `ended`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/**
 * Starts a service, and waits until it listens. `program`: the paths of Node.js and of the command. Default: the `valetkey` command of this
 * repository.
 */
export async function startProcess(
  place: Place,
  program = { node: process.execPath, command: CLI },
): Promise<RunningService> {
  const start = () => running(spawn(program.node, [program.command, "start"], { env: place.env, cwd: place.dataDir }));
  try {
    return await start();
  } catch (error) {
    // With PORT=0, another process may take the port before the service listens on it. A second start then helps.
    const isTaken = place.env.PORT === "0" && error instanceof Error && error.message.includes("EADDRINUSE");
    if (!isTaken) throw error;
    return start();
  }
}

/** Starts the service with `npm start` in a new process group, like a shell. `pid` and `stop` are for the npm process. */
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

/** Runs `valetkey` with the given arguments. Rejects with an error with `stderr` and `code` if the exit code is not 0. */
export async function runCli(
  place: Place,
  args: string[],
  options: { timeout?: number; uid?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [CLI, ...args], { ...options, env: place.env, cwd: place.dataDir });
}

/** Runs `valetkey` with the given arguments. Resolves even if the exit code is not 0. */
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
