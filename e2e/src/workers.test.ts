import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startS3Local } from "@valetkey/s3-local";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestPostgresDatabase } from "../../packages/server/src/testing/database/test-databases.ts";
import { freePort } from "./testing/free-port.ts";
import { endOfCli, makePlace, type Place, startProcess } from "./testing/service.ts";

const CREDENTIALS = { accessKeyId: "AKIAWORKERS000000000", secretAccessKey: "a-secret-of-the-test-of-workers" };

describe("the workers of a service", () => {
  it("the worker processes of a service share one port, and restart after kill -9", async () => {
    const metricsPort = await freePort("127.0.0.1");
    const place = await makeWorkersPlace({ METRICS_PORT: String(metricsPort) });
    const service = await startProcess(place);
    const ports = [metricsPort, metricsPort + 1];
    await expect.poll(() => Promise.all(ports.map(hasMetrics))).toEqual([true, true]);

    await Promise.all(Array.from({ length: 20 }, () => get(`${service.url}/healthz`)));
    for (const port of ports) expect(await countOfRequests(port)).toBeGreaterThan(0);
    expect((await get(`${service.url}/metrics`)).status).toBe(404);

    const [killed = 0] = await childrenOf(service.pid);
    const restarted = service.printed(/(a worker has ended and is started again)/);
    process.kill(killed, "SIGKILL");
    await restarted;
    expect((await get(`${service.url}/healthz`)).status).toBe(200);
    await expect.poll(() => Promise.all(ports.map(hasMetrics)), { timeout: 20_000 }).toEqual([true, true]);

    expect(await service.stop("SIGTERM")).toBe(0);
  });

  it("the service does not start a second worker process if the first one cannot start", async () => {
    const place = await makeWorkersPlace({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    const { code, stderr } = await endOfCli(place, ["start"]);
    expect(code).toBe(1);
    expect(stderr.match(/ECONNREFUSED/g)).toHaveLength(1);
  });
});

/** Makes the environment of a service with two workers on PostgreSQL. The bucket of the service runs in the process of the test. */
async function makeWorkersPlace(env: Record<string, string>): Promise<Place> {
  const database = await createTestPostgresDatabase();
  const place = await makePlace({
    WORKERS: "2",
    DATABASE_URL: database.url,
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    AWS_BUCKET_NAME: "files",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    S3_FORCE_PATH_STYLE: "true",
    ...env,
  });
  const bucket = await startS3Local({
    dataDir: join(place.dataDir, "bucket"),
    credentials: CREDENTIALS,
    buckets: ["files"],
  });
  place.env.S3_ENDPOINT = bucket.endpoint;
  onTestFinished(async () => {
    await bucket.close();
    await place.remove();
    await database.remove();
  });
  return place;
}

/** Sends a request on a new connection, which either worker may accept. */
function get(url: string): Promise<Response> {
  return fetch(url, { headers: { connection: "close" } });
}

async function hasMetrics(port: number): Promise<boolean> {
  const response = await get(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  return response?.status === 200;
}

async function countOfRequests(port: number): Promise<number> {
  const text = await (await get(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/duration_seconds_count\{method="GET",route="\/healthz",status="200"\} (\d+)/.exec(text)?.[1] ?? 0);
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").map(Number);
}
