import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startS3Local } from "@valetkey/s3-local";
import { onTestFinished } from "vitest";
import { signTestJwt } from "../../../packages/server/src/testing/auth/test-jwt.ts";
import { createTestPostgresDatabase } from "../../../packages/server/src/testing/database/test-databases.ts";
import { apiAs } from "../testing/api.ts";
import { freePort } from "../testing/free-port.ts";
import { commandPath } from "../testing/selections.ts";
import { makePlace, type Place, type RunningService, startProcess } from "../testing/service.ts";

const CALLERS = 6;
/** Set RESTART_REQUESTS=5000 for a long test run. */
const LEAST_REQUESTS = Number(process.env.RESTART_REQUESTS ?? 300);
/** Each caller waits between its requests, so that the load lasts for the whole restart, but leaves processor time for other tests. */
const PAUSE_MS = 250;
const CHECK_EVERY_MS = 1_000;
const CREDENTIALS = { accessKeyId: "AKIDPROXYTESTS", secretAccessKey: "x8Vq2LmZs7Rk4Wd9Yb3Tf6Hn1Jc5Gp0Q" };

/** The command, the arguments and the configuration of a proxy in front of two replicas. */
export type ProxySpec = {
  command: string;
  /** Returns the command-line arguments of the proxy. The parameter `file` is the configuration file, and `folder` is an empty folder. */
  args(file: string, folder: string): string[];
  configure(ports: Ports, folder: string): string;
  /**
   * The signal makes the proxy reload its configuration. The test checks the replicas every second, writes a configuration with the ready
   * replicas, and sends the signal. The member `reloadSignal` is undefined if the proxy itself checks the replicas.
   */
  reloadSignal?: NodeJS.Signals;
};

/** The member `isReady` says whether the replica at a port is ready. */
export type Ports = { listen: number; replicas: readonly number[]; isReady?(port: number): boolean };

export type Outcome = { requests: number; failures: string[] };

/** Puts load on two replicas behind a proxy, and restarts first one replica, and then the second replica, with SIGTERM. */
export async function restartUnderLoad(proxy: ProxySpec): Promise<Outcome> {
  const { url, replicas, restart } = await openStage(proxy);
  const token = await signTestJwt({ sub: "ann", email: "ann@example.com" });
  const owner = await apiAs(url, { token });
  const noteId = (await owner.call("POST", "/notes", { title: "Files" })).body.id;
  const { id } = (await owner.attach(noteId, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" })).body;
  const calls = [
    ["GET", `/attachments/${id}/url`, undefined, 200],
    ["POST", "/notes", { title: "Under load" }, 201],
    ["GET", "/notes", undefined, 200],
  ] as const;
  const outcome: Outcome = { requests: 0, failures: [] };
  let isRestarting = true;
  async function caller(): Promise<void> {
    while (isRestarting || outcome.requests < LEAST_REQUESTS) {
      const [method, path, body, expected] = calls[outcome.requests++ % calls.length] as (typeof calls)[number];
      const answer = await send(`${url}${path}`, { method, token, body }).catch((error: Error) => error.message);
      // The start of the response shows whether the proxy or a replica sent the response.
      if (!answer.startsWith(`${expected} `)) outcome.failures.push(`${method} ${path}: ${answer.slice(0, 300)}`);
      await sleep(PAUSE_MS);
    }
  }
  const load = Array.from({ length: CALLERS }, caller);
  for (const index of replicas.keys()) await restart(index);
  isRestarting = false;
  await Promise.all(load);
  return outcome;
}

async function openStage(proxy: ProxySpec) {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-proxy-"));
  const bucket = await startS3Local({ dataDir: join(folder, "bucket"), credentials: CREDENTIALS, buckets: ["files"] });
  const database = await createTestPostgresDatabase({ migrated: true });
  const listen = await freePort("127.0.0.1");
  const url = `http://127.0.0.1:${listen}`;
  const ports = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const places = await Promise.all(ports.map((port) => replicaPlace(port)));
  const replicas: RunningService[] = [];
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.stop("SIGKILL")));
    await Promise.all(places.map((place) => place.remove()));
    await database.remove();
    await bucket.close();
    await rm(folder, { recursive: true, force: true });
  });
  for (const place of places) replicas.push(await startProcess(place));
  const file = join(folder, "proxy.conf");
  await writeFile(file, proxy.configure({ listen, replicas: ports }, folder));
  const child = spawn(commandPath(proxy.command, process.env) ?? proxy.command, proxy.args(file, folder), {
    stdio: "inherit",
  });
  onTestFinished(() => stopProxy(child));
  if (proxy.reloadSignal !== undefined) onTestFinished(checkReplicas(proxy.reloadSignal));
  await untilReady(url, child);

  function replicaPlace(port: number): Promise<Place> {
    return makePlace({
      PORT: String(port),
      PUBLIC_URL: url,
      DRAIN_SECONDS: "10",
      DATABASE_URL: database.url,
      AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
      AWS_BUCKET_NAME: "files",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      S3_ENDPOINT: bucket.endpoint,
      S3_FORCE_PATH_STYLE: "true",
    });
  }

  /** Checks the replicas behind the proxy every second. Returns a function that stops the checks. */
  function checkReplicas(signal: NodeJS.Signals): () => void {
    let inService = ports.join();
    const timer = setInterval(async () => {
      const states = await Promise.all(ports.map((port) => isReady(`http://127.0.0.1:${port}`)));
      const ready = ports.filter((_port, index) => states[index]);
      if (ready.length === 0 || ready.join() === inService) return;
      inService = ready.join();
      await writeFile(
        file,
        proxy.configure({ listen, replicas: ports, isReady: (port) => ready.includes(port) }, folder),
      );
      child.kill(signal);
    }, CHECK_EVERY_MS);
    return () => clearInterval(timer);
  }

  async function restart(index: number): Promise<void> {
    await (replicas[index] as RunningService).stop("SIGTERM");
    replicas[index] = await startProcess(places[index] as Place);
    await untilReady(`http://127.0.0.1:${ports[index]}`);
    while (!(await hasServed(`http://127.0.0.1:${ports[index]}`))) await sleep(50);
  }

  return { url, replicas, restart };
}

/**
 * Sends a request on a new connection. A reloading proxy closes open connections, and a client may notice the closed connection too late.
 */
function send(url: string, { method, token, body }: { method: string; token: string; body: unknown }): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      text(response).then((content) => resolve(`${response.statusCode} ${content}`), reject);
    });
    outgoing.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * Waits until the service at `url` is ready. Rejects if the proxy has exited, for example because the configuration of the proxy is wrong.
 */
async function untilReady(url: string, proxy?: ChildProcess): Promise<void> {
  while (!(await isReady(url))) {
    if (typeof proxy?.exitCode === "number") throw new Error(`The proxy exited with ${proxy.exitCode}`);
    await sleep(50);
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Returns whether the proxy has sent a request of the test to the restarted replica. */
async function hasServed(url: string): Promise<boolean> {
  return (await (await fetch(`${url}/metrics`)).text()).includes('route="/notes"');
}

async function stopProxy(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
