import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { settings } from "./settings.ts";

export type CandidateSpec = {
  name: string;
  /** The entry file of the server. The server runs in a separate process and listens on 127.0.0.1 at PORT. */
  entry: URL;
  /** The working directory, outside of the checkout, so that the server reads no .env. */
  directory: string;
  env: Record<string, string>;
};

export type Candidate = {
  name: string;
  port: number;
  usage(): Promise<Usage>;
  /** Returns the ids of the processes that respond to requests: the worker processes, or the server itself. */
  workerPids(): Promise<number[]>;
  stop(): Promise<void>;
};

export type Usage = { rssBytes: number; peakRssBytes: number; cpuMicroseconds: number };

const probe = new URL("./usage-probe.ts", import.meta.url);
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

/** Starts a server and waits until it responds. The server writes a CPU profile to BENCH_PROFILE_DIR, if that variable is set. */
export async function startCandidate({ name, entry, directory, env }: CandidateSpec): Promise<Candidate> {
  const port = await freePort();
  const child = fork(entry, [], {
    cwd: directory,
    env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), HOST: "127.0.0.1", ...env },
    execArgv: [...settings.nodeFlags, "--import", probe.href, ...profileFlags(name)],
    // Does not print the output of the server. If the server fails, the error contains this output.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = collectOutput(child);
  await waitUntilAnswering({ child, port, name, output });
  return {
    name,
    port,
    usage: () => ask<Usage>(child, "usage"),
    workerPids: () => ask<number[]>(child, "workers"),
    stop: () => stop(child, { name, output }),
  };
}

async function ask<T>(child: ChildProcess, question: "usage" | "workers"): Promise<T> {
  child.send(question);
  const [answer] = await once(child, "message");
  return answer as T;
}

/** Returns the flags that make Node write a CPU profile to BENCH_PROFILE_DIR. Returns no flags if that variable is not set. */
export function profileFlags(name: string): string[] {
  const directory = process.env.BENCH_PROFILE_DIR;
  if (!directory) return [];
  return ["--cpu-prof", `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${name.replaceAll("/", "-")}.cpuprofile`];
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
