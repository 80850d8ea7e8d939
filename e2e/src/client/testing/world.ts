import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import { type Client, createClient, memoryStore } from "../../../../packages/client/src/index.ts";
import { signTestJwt } from "../../../../packages/server/src/testing/auth/test-jwt.ts";
import { freePort } from "../../testing/free-port.ts";
import { makePlace, type Place, type RunningService, startProcess } from "../../testing/service.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const CREDENTIALS = { accessKeyId: "AKIDCLIENTTESTS", secretAccessKey: "c1ientT3stsOnly0pensN0thing000000000000" };
const BUCKET = "files";

/** A process that a test can kill, and then restart with the same data and on the same port. */
type Restartable = { kill(): Promise<void>; start(): Promise<void>; pid(): number };

/** A service and a bucket in separate processes, each behind a proxy that can cause faults. */
export type World = {
  /** The URL of the proxy in front of the service. */
  url: string;
  /** The id of the user whose account `client` uses. */
  userId: string;
  /** A bearer token of the user `userId`. */
  token: string;
  service: Restartable;
  bucket: Restartable & { setClockAhead(milliseconds: number): Promise<void> };
  toService: FaultProxy;
  toBucket: FaultProxy;
  client: Client;
  clientAs(userId: string): Promise<Client>;
  /** A folder on the disk, which is deleted when the world closes. */
  folder: string;
  /** The data folder and the environment of the service, with which `runCli` reaches the service. */
  place: Place;
};

type WorldOptions = {
  allowedOrigins?: string[];
  env?: Record<string, string>;
  /** Whether clients call the service and the bucket directly, because a proxy would distort a measurement. */
  isDirect?: boolean;
};

let users = 0;

/**
 * Starts a world before the first test of a file or a `describe`, and closes it after the last test. Returns a function that returns the
 * world to a test. Each test gets a new user, and proxies without faults. A test that kills a process must use `startWorld`.
 */
export function useWorld(options: WorldOptions = {}): () => World {
  let opened: World & { close(): Promise<void> };
  let world: World;
  beforeAll(async () => {
    opened = await openWorld(options);
  });
  beforeEach(async () => {
    opened.toService.reset();
    opened.toBucket.reset();
    await opened.bucket.setClockAhead(0);
    users += 1;
    const userId = `ann-${users}`;
    world = { ...opened, userId, token: await signTestJwt({ sub: userId }), client: await opened.clientAs(userId) };
  });
  afterAll(() => opened?.close());
  return () => world;
}

/** Starts a world for one test, and closes it after the test. The service uses SQLite. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(options);
  onTestFinished(world.close);
  return world;
}

/** Starts a world for code outside of a test. The caller must close the world. */
export async function openWorld({ allowedOrigins = ["*"], env = {}, isDirect = false }: WorldOptions) {
  const [servicePort, bucketPort] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const toBucket = await startFaultProxy({ port: bucketPort });
  const toService = await startFaultProxy({ port: servicePort });
  const url = isDirect ? `http://127.0.0.1:${servicePort}` : toService.endpoint;
  const place = await makePlace({
    PORT: String(servicePort),
    AWS_BUCKET_NAME: BUCKET,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    S3_ENDPOINT: `http://127.0.0.1:${bucketPort}`,
    S3_PUBLIC_ENDPOINT: isDirect ? `http://127.0.0.1:${bucketPort}` : toBucket.endpoint,
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    PUBLIC_URL: url,
    ...env,
  });
  const bucketDir = join(place.dataDir, "s3");
  await mkdir(bucketDir);
  const bucket = restartableBucket({ dataDir: bucketDir, port: bucketPort, allowedOrigins });
  await bucket.start();
  let running: RunningService | undefined;
  const service: Restartable = {
    start: async () => {
      running = await startProcess(place);
    },
    kill: async () => void (await running?.stop("SIGKILL")),
    pid: () => running?.pid ?? 0,
  };
  await service.start();
  const clientOf = (token: string) => createClient({ baseUrl: url, token, store: memoryStore() });
  const token = await signTestJwt({ sub: "ann" });
  return {
    url,
    userId: "ann",
    token,
    service,
    bucket,
    toService,
    toBucket,
    client: clientOf(token),
    clientAs: async (sub: string) => clientOf(await signTestJwt({ sub })),
    folder: place.dataDir,
    place,
    async close() {
      await running?.stop();
      await bucket.kill();
      await Promise.all([toBucket.close(), toService.close()]);
      await place.remove();
    },
  };
}

function restartableBucket(options: { dataDir: string; port: number; allowedOrigins: string[] }): World["bucket"] {
  let child: ChildProcess | undefined;
  return {
    async start() {
      const argument = JSON.stringify({ ...options, credentials: CREDENTIALS, bucket: BUCKET });
      child = fork(new URL("./bucket.child.ts", import.meta.url), [argument]);
      await once(child, "message");
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    pid: () => child?.pid ?? 0,
    async setClockAhead(aheadMs) {
      child?.send({ aheadMs });
      if (child !== undefined) await once(child, "message");
    },
  };
}
