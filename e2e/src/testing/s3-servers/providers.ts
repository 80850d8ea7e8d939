import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type BucketServer,
  startEmbedded,
} from "../../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { freePort } from "../free-port.ts";
import { startProfile } from "./profile-proxy.ts";
import type { Profile } from "./profiles.ts";

export type RunningProvider = {
  newBucket(): Promise<BucketServer>;
  /** Stops the server, calls `whileDown`, and restarts the server with its data on the same port. */
  restart(whileDown: () => Promise<void>): Promise<void>;
  /** Lists objects of a bucket that the list requests of S3 do not return. If undefined, the server hides no objects. */
  hiddenIn?(bucket: string): Promise<string[]>;
  /** Permits an origin with an API of the server other than S3. If undefined, the server supports PutBucketCors. */
  allowOrigin?(bucket: string, origin: string): Promise<void>;
  stop(): Promise<void>;
};

type Server = {
  script: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** The environment variables for ports that the start script needs in addition to PORT. */
  otherPorts: readonly string[];
};

const CEPH: Server = {
  script: "ceph-rgw.sh",
  region: "us-east-1",
  credentials: { accessKeyId: "testak", secretAccessKey: "testsk-0123456789" },
  otherPorts: ["MON_PORT"],
};

const SWIFT: Server = {
  script: "swift.sh",
  region: "us-east-1",
  credentials: { accessKeyId: "test:tester", secretAccessKey: "testing" },
  otherPorts: ["ACCOUNT_PORT", "CONTAINER_PORT", "OBJECT_PORT", "CACHE_PORT"],
};

export async function startEmbeddedProvider(): Promise<RunningProvider> {
  const dataDir = await mkdtemp(join(tmpdir(), "valetkey-provider-"));
  let running = await startEmbedded({ dataDir });
  const { port, stop: _stop, ...place } = running;
  return {
    async newBucket() {
      return { ...place, bucket: await makeBucket(place), stop: async () => undefined };
    },
    async restart(whileDown) {
      await running.stop();
      await whileDown();
      running = await startEmbedded({ dataDir, port });
    },
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts the built-in bucket behind a proxy that behaves like a provider, as the provider's documentation says. */
export async function startProfileProvider(profile: Profile): Promise<RunningProvider> {
  const embedded = await startEmbeddedProvider();
  const { stop: _stop, bucket: _bucket, ...target } = await embedded.newBucket();
  const { endpoint, close } = await startProfile(profile, target);
  return {
    async newBucket() {
      return { ...(await embedded.newBucket()), endpoint };
    },
    restart: embedded.restart,
    async stop() {
      close();
      await embedded.stop();
    },
  };
}

export const startCeph = () => start(CEPH);
export async function startSwift(): Promise<RunningProvider> {
  const provider = await start(SWIFT);
  const { accessKeyId, secretAccessKey } = SWIFT.credentials;
  async function login(): Promise<{ url: string; headers: { "x-auth-token": string } }> {
    const asked = { "x-auth-user": accessKeyId, "x-auth-key": secretAccessKey };
    const { headers } = await fetch(`${provider.endpoint}/auth/v1.0`, { headers: asked });
    const token = headers.get("x-auth-token") ?? "";
    return { url: headers.get("x-storage-url") ?? "", headers: { "x-auth-token": token } };
  }
  return {
    ...provider,
    async allowOrigin(bucket, origin) {
      const { url, headers } = await login();
      const cors = {
        "x-container-meta-access-control-allow-origin": origin,
        "x-container-meta-access-control-expose-headers": "etag",
      };
      await fetch(`${url}/${encodeURIComponent(bucket)}`, { method: "POST", headers: { ...headers, ...cors } });
    },
    /** Lists parts, which Swift stores in a separate container that its S3 API does not list. */
    async hiddenIn(bucket) {
      const { url, headers } = await login();
      const listing = await fetch(`${url}/${encodeURIComponent(`${bucket}+segments`)}`, { headers });
      return listing.status === 404 ? [] : (await listing.text()).split("\n").filter((line) => line !== "");
    },
  };
}

async function makeBucket({ endpoint, region, credentials, forcePathStyle }: Omit<BucketServer, "stop" | "bucket">) {
  const bucket = `files-${randomBytes(6).toString("hex")}`;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  s3.destroy();
  return bucket;
}

async function start({
  script,
  region,
  credentials,
  otherPorts,
}: Server): Promise<RunningProvider & { endpoint: string }> {
  const dir = await mkdtemp(join(tmpdir(), "valetkey-provider-"));
  const env: Record<string, string> = { DIR: dir };
  for (const name of ["PORT", ...otherPorts]) env[name] = String(await freePort("127.0.0.1"));
  const endpoint = `http://127.0.0.1:${env.PORT}`;
  const run = () => startScript(join(import.meta.dirname, script), env);
  const place = { endpoint, region, credentials, forcePathStyle: true };
  let running: ChildProcess = await run();
  return {
    endpoint,
    async newBucket() {
      return { ...place, bucket: await makeBucket(place), stop: async () => undefined };
    },
    async restart(whileDown) {
      await stopScript(running);
      await whileDown();
      running = await run();
    },
    async stop() {
      await stopScript(running);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Runs a start script, and resolves when the script prints "ready". Rejects with the output of the script if the script ends before. */
async function startScript(script: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn("bash", [script], { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (line === "ready") ready.resolve();
    });
  }
  child.once("close", (code) => {
    ready.reject(new Error(`${script} ended with ${code}:\n${lines.join("\n")}`));
  });
  // Stops the script if the test process ends first.
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  child.once("close", () => process.off("exit", stop));
  await ready.promise;
  return child;
}

/** Stops a start script and all processes that it has started. */
async function stopScript(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
