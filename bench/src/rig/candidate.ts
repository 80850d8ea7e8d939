import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DataLocation } from "./service.ts";
import { settings } from "./settings.ts";

export type CandidateSpec = {
  name: string;
  /** The entry file of the server, which runs in a separate process and listens on 127.0.0.1 at PORT. */
  entry: URL;
  /** The working directory, which is outside of the checkout, so that the server reads no .env. */
  directory: string;
  env: Record<string, string>;
};

export type Candidate = { name: string; port: number; usage(): Promise<Usage>; stop(): Promise<void> };
export type Usage = { rssBytes: number; peakRssBytes: number; cpuMicroseconds: number };

export type Engine = "postgres" | "sqlite";
export const engines: readonly Engine[] = ["postgres", "sqlite"];

const root = new URL("../../../", import.meta.url);
/** The command of the service has the same path in all versions, so that `--before` can run any version. */
const COMMAND = "packages/server/src/cli.ts";
const probe = new URL("./usage-probe.ts", import.meta.url);
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

const aws = {
  AWS_BUCKET_NAME: settings.bucket,
  AWS_REGION: settings.region,
  AWS_ACCESS_KEY_ID: settings.accessKeyId,
  AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
};

/** Describes the server of the article's design: Express, jsonwebtoken, three queries and getSignedUrl. */
export function articleSpec(where: DataLocation): CandidateSpec {
  return specOf(where, { name: "article", entry: "bench/article/server.js", env: { JWT_SECRET: settings.jwtSecret } });
}

/**
 * Describes the service, which runs from its sources, so that no figure comes from an old build. `checkout`: the folder of another version
 * of the service.
 */
export function serviceSpec(engine: Engine, where: DataLocation, checkout?: string): CandidateSpec {
  const env = {
    AUTH_SECRET: settings.authSecret,
    AUTH_JWT_SECRET: settings.jwtSecret,
    // Each user of the load requests more URLs than the default limit permits.
    URL_RATE_LIMIT: "0",
    // The load generator sends the IP address of each visitor of a link in X-Forwarded-For.
    TRUST_PROXY: "loopback",
  };
  const spec = specOf(where, { name: `valetkey/${engine}`, entry: COMMAND, env });
  if (checkout === undefined) return spec;
  return { ...spec, name: `${basename(checkout)}/${engine}`, entry: pathToFileURL(join(checkout, COMMAND)) };
}

/** Describes a server of the benchmark: the minimal server on plain node:http (`bare`), or an application that embeds Valet Key. */
export function ownSpec(server: "bare" | "embedding", engine: Engine, where: DataLocation): CandidateSpec {
  const env = { AUTH_JWT_SECRET: settings.jwtSecret, JWT_SECRET: settings.jwtSecret };
  return specOf(where, { name: `${server}/${engine}`, entry: `bench/src/servers/${server}.ts`, env });
}

/** `entry`: the name of a file in bench/peers. `checksWho`: whether the peer checks the JWT of a request. */
export type PeerPlace = { directory: string; entry: string; checksWho: boolean };

/** Describes the server of a peer, which has the S3 credentials of the service. With `checksWho`, the server also gets the JWT secret. */
export function peerSpec(name: string, { entry, checksWho, directory }: PeerPlace): CandidateSpec {
  const env = checksWho ? { JWT_SECRET: settings.jwtSecret } : {};
  return specOf({ directory }, { name, entry: `bench/peers/${entry}`, env });
}

type Own = { name: string; entry: string; env: Record<string, string> };

function specOf({ directory, url }: DataLocation, { name, entry, env }: Own): CandidateSpec {
  const database = { DATA_DIR: directory, ...(url !== undefined && { DATABASE_URL: url }) };
  return { name, entry: new URL(entry, root), directory, env: { ...aws, ...database, ...env } };
}

/** Starts a server, and waits until it responds. If BENCH_PROFILE_DIR is set, the server writes a CPU profile to this directory. */
export async function startCandidate({ name, entry, directory, env }: CandidateSpec): Promise<Candidate> {
  const port = await freePort();
  const child = fork(entry, [], {
    cwd: directory,
    env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), HOST: "127.0.0.1", ...env },
    execArgv: [...settings.nodeFlags, "--import", probe.href, ...profileFlags(name)],
    // The output of a server is not printed. If the server fails, the error contains the output.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = collectOutput(child);
  await waitUntilAnswering({ child, port, name, output });
  return {
    name,
    port,
    async usage() {
      child.send("usage");
      const [usage] = await once(child, "message");
      return usage;
    },
    stop: () => stop(child, { name, output }),
  };
}

/**
 * Runs a command of the service to its end. Returns the usage of the command, and the time that the command took. Throws if the command
 * prints an error.
 */
export async function runCommand(
  { entry, directory, env }: CandidateSpec,
  args: readonly string[],
): Promise<Usage & { seconds: number; output: string }> {
  const file = join(directory, "usage.json");
  const startedAt = performance.now();
  const flags = [...settings.nodeFlags, "--import", probe.href, fileURLToPath(entry), ...args];
  const child = spawn(process.execPath, flags, {
    cwd: directory,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env, BENCH_USAGE_FILE: file },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${output()}`);
  const usage = JSON.parse(await readFile(file, "utf8"));
  return { ...usage, seconds: (performance.now() - startedAt) / 1000, output: output() };
}

/** Returns the Node.js flags that write a CPU profile to BENCH_PROFILE_DIR, or no flags without BENCH_PROFILE_DIR. */
export function profileFlags(name: string): string[] {
  const directory = process.env.BENCH_PROFILE_DIR;
  if (!directory) return [];
  return ["--cpu-prof", `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name.replaceAll("/", "-")}.cpuprofile`];
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The TCP server has no port");
  return address.port;
}

function collectOutput(child: ChildProcess): () => string {
  let text = "";
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-8_000);
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => text;
}

type Starting = { child: ChildProcess; port: number; name: string; output: () => string };

async function waitUntilAnswering({ child, port, name, output }: Starting): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${name} did not start:\n${output()}`);
}

async function stop(child: ChildProcess, { name, output }: { name: string; output: () => string }): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
  if (child.exitCode !== 0) {
    throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
  }
}
