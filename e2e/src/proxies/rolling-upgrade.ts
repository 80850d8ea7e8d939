import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startS3Local } from "@valetkey/s3-local";
import { expect, onTestFinished } from "vitest";
import { signTestJwt } from "../../../packages/server/src/testing/auth/test-jwt.ts";
import { createTestPostgresDatabase, runSql } from "../../../packages/server/src/testing/database/test-databases.ts";
import { apiAs, putAsTold } from "../testing/api.ts";
import { freePort } from "../testing/free-port.ts";
import { commandPath } from "../testing/selections.ts";
import { makePlace, type Place, type RunningService, startProcess } from "../testing/service.ts";
import { unpackVersionBefore } from "../testing/version-before.ts";

const CALLERS = 6;
/** The minimum number of requests. Set UPGRADE_REQUESTS=5000 for a long run. */
const LEAST_REQUESTS = Number(process.env.UPGRADE_REQUESTS ?? 300);
/** Longer than a proxy needs to remove a replica that drains. */
const DRAIN_SECONDS = 4;
/** The pause of each caller between two requests. The load then lasts for the whole upgrade, and leaves CPU time for other tests. */
const PAUSE_MS = 250;
const CHECK_EVERY_MS = 250;
const BYTES = Buffer.from("hello");
const CREDENTIALS = { accessKeyId: "AKIDPROXYTESTS", secretAccessKey: "x8Vq2LmZs7Rk4Wd9Yb3Tf6Hn1Jc5Gp0Q" };

/** The command, the arguments and the configuration of a proxy in front of two replicas. */
export type ProxySpec = {
  command: string;
  /** Returns the command-line arguments of the proxy. `file`: the configuration file. `folder`: an empty folder. */
  args(file: string, folder: string): string[];
  configure(ports: Ports, folder: string): string;
  /**
   * The signal that makes the proxy reload its configuration. The test then checks the replicas itself, and writes a configuration with the
   * ready replicas. If undefined, the proxy itself checks the replicas.
   */
  reloadSignal?: NodeJS.Signals;
};

/** `isReady`: returns whether the replica at a port is ready. */
export type Ports = { listen: number; replicas: readonly number[]; isReady?(port: number): boolean };

type Program = { node: string; command: string };

export type Outcome = { requests: number; failures: string[] };

/**
 * Puts load on two replicas behind a proxy. First migrates the database, as an even later version does. Then upgrades both replicas from
 * the previous version, one after the other. Each replica stops with SIGTERM. When the first replica has the new version, the second
 * replica restarts once with the previous version, as after a crash.
 */
export async function upgradeUnderLoad(proxy: ProxySpec): Promise<Outcome> {
  const before = await unpackVersionBefore();
  onTestFinished(() => before.remove());
  const program = { node: process.execPath, command: before.command };
  async function restartReplicas({ restart, migrateLater }: Stage) {
    await migrateLater();
    await restart(0);
    await restart(1, program);
    await restart(1);
  }
  return runUnderLoad(proxy, { program, restartReplicas });
}

/** Puts load on two replicas behind a proxy, and restarts both, one after the other. */
export async function restartUnderLoad(proxy: ProxySpec): Promise<Outcome> {
  async function restartReplicas({ restart }: Stage) {
    await restart(1);
    await restart(0);
  }
  return runUnderLoad(proxy, { restartReplicas });
}

type Stage = Awaited<ReturnType<typeof openStage>>;
/** `program`: the program of both replicas at first. Default: this version. */
type Run = { program?: Program; restartReplicas(stage: Stage): Promise<void> };

/** Sends requests to two replicas behind a proxy until `restartReplicas` has ended. */
async function runUnderLoad(proxy: ProxySpec, { program, restartReplicas }: Run): Promise<Outcome> {
  const stage = await openStage(proxy, program);
  const { url } = stage;
  const token = await signTestJwt({ sub: "ann", email: "ann@example.com" });
  const owner = await apiAs(url, { token });
  const noteId = (await owner.call("POST", "/notes", { title: "Files" })).body.id;
  const { id } = (await owner.attach(noteId, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" })).body;
  const outcome: Outcome = { requests: 0, failures: [] };
  async function call(method: string, path: string, expected: number, body?: object) {
    outcome.requests += 1;
    const answer = await send(`${url}${path}`, { method, token, body }).catch((error: Error) => error.message);
    // The start of the response shows whether it comes from the proxy or from a replica.
    if (!answer.startsWith(`${expected} `)) throw new Error(`${method} ${path}: ${answer.slice(0, 300)}`);
    return JSON.parse(answer.slice(`${expected} `.length) || "null");
  }
  /** Uploads a file. The requests of one upload go to both replicas. */
  async function upload(): Promise<void> {
    const json = { filename: "b.txt", contentType: "text/plain", sizeBytes: BYTES.length };
    const started = (await call("POST", `/notes/${noteId}/uploads`, 201, json)).upload;
    expect((await putAsTold(started, BYTES)).status).toBe(200);
    await call("POST", `/uploads/${started.id}/complete`, 200, {});
    await call("DELETE", `/attachments/${started.attachmentId}`, 204);
  }
  const acts = [
    () => call("GET", `/attachments/${id}/url`, 200),
    () => call("POST", "/notes", 201, { title: "Under load" }),
    () => call("GET", "/notes", 200),
    upload,
  ];
  let isRestarting = true;
  async function caller(): Promise<void> {
    for (let nth = 0; isRestarting || outcome.requests < LEAST_REQUESTS; nth++) {
      await acts[nth % acts.length]?.().catch((error: Error) => outcome.failures.push(error.message));
      await sleep(PAUSE_MS);
    }
  }
  const load = Array.from({ length: CALLERS }, caller);
  await restartReplicas(stage);
  isRestarting = false;
  await Promise.all(load);
  return outcome;
}

async function openStage(proxy: ProxySpec, program: Program | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-proxy-"));
  const bucket = await startS3Local({ dataDir: join(folder, "bucket"), credentials: CREDENTIALS, buckets: ["files"] });
  const database = await createTestPostgresDatabase({ migrated: program === undefined });
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
  for (const place of places) replicas.push(await startProcess(place, program));
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
      DRAIN_SECONDS: String(DRAIN_SECONDS),
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

  /** Checks the replicas every second, for a proxy that does not. Returns a function that stops the checks. */
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

  async function restart(index: number, program?: Program): Promise<void> {
    await (replicas[index] as RunningService).stop("SIGTERM");
    replicas[index] = await startProcess(places[index] as Place, program);
    await untilReady(`http://127.0.0.1:${ports[index]}`);
    while (!(await hasServed(`http://127.0.0.1:${ports[index]}`))) await sleep(50);
  }

  async function migrateLater(): Promise<void> {
    const row = "insert into facts (name, value) values ('migration:9999-later', 'false')";
    await runSql(database.url, `alter table attachments add column later text; ${row}`);
  }

  return { url, restart, migrateLater };
}

/** Sends a request on a new connection. A proxy that reloads closes open connections, which a client may notice too late. */
function send(url: string, { method, token, body }: { method: string; token: string; body: unknown }): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      text(response).then((content) => resolve(`${response.statusCode} ${content}`), reject);
    });
    outgoing.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Waits until the service at `url` is ready. Rejects if the proxy has exited, for example because of a wrong configuration. */
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

/** Returns whether the restarted replica has received a request from the proxy. */
async function hasServed(url: string): Promise<boolean> {
  return (await (await fetch(`${url}/metrics`)).text()).includes('route="/notes"');
}

async function stopProxy(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
