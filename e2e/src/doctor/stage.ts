import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type InitialCors, startS3Local } from "@valetkey/s3-local";
import type { Finding } from "../../../packages/server/src/operations/doctor/finding.ts";
import { printReport, type Report } from "../../../packages/server/src/operations/doctor/finding.ts";
import type { FindingId } from "../../../packages/server/src/operations/doctor/run.ts";
import { loadConfig } from "../../../packages/server/src/platform/config/index.ts";
import { runDoctor } from "../../../packages/server/src/wiring/doctor.ts";
import { createLogger, startService } from "../../../packages/server/src/wiring/service.ts";
import { durableFolder } from "../testing/durable-folder.ts";
import { freePort } from "../testing/free-port.ts";
import { type Rule, startRewritingProxy } from "./rewriting-proxy.ts";

export type Env = Record<string, string>;

/** Runs the doctor in the test process with the given environment variables. `printed`: the report as the command prints it. */
export async function examine(env: Env): Promise<Report & { printed: string; ids: string[] }> {
  const { config, warnings } = loadConfig(env, { workingDirectory: env.DATA_DIR ?? "/nowhere" });
  const report = await runDoctor(config, { warnings });
  return { ...report, printed: printReport(report), ids: report.findings.map(({ id }) => id).toSorted() };
}

export const ORIGIN = "http://localhost:3000";
export const SECURE_ORIGIN = "https://localhost:3443";
export const SECRET_KEY = "x8Vq2LmZs7Rk4Wd9Yb3Tf6Hn1Jc5Gp0Q";
const ACCESS_KEY = "AKIDDOCTORTESTS00000";
const AUTH_SECRET = "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc";

/** The servers and folders of one set-up for the doctor. `close` stops the servers and removes the folders. */
export type Stage = {
  dataDir: string;
  /** The environment variables of a healthy service. The service's external bucket is a server of `packages/s3-local`. */
  env: Env;
  /** The URL of the S3 server in `env`. */
  endpoint: string;
  /** Starts a rewriting proxy with this rule in front of the bucket. Returns `env` with the URL of the proxy. */
  behind(rule: Rule): Promise<Env>;
  /** Starts another S3 server with these CORS settings. Returns `env` with the URL of the new server. */
  withCors(cors: InitialCors | undefined): Promise<Env>;
  /** Registers a function for `close`, for example to stop a server. */
  add(close: () => unknown): void;
  close(): Promise<void>;
};

/** A fault with the function that makes it, and the ids of the findings that it adds to those of a healthy set-up. */
export type Fault = {
  fault: string;
  setup: string;
  id: FindingId;
  /** The ids of further findings that the fault causes. */
  also?: readonly FindingId[];
  arrange(stage: Stage): Promise<Env> | Env;
  /**
   * Follows the remedy exactly, and returns the new environment. After the cure, the doctor must report only the ids in `remaining`. If
   * `cure` is undefined, no test follows the remedy.
   */
  cure?(remedy: Remedy): Promise<Env> | Env;
  remaining?: readonly FindingId[];
};

type Made = Omit<Fault, "setup" | "arrange">;

/** A fault in the settings of a service with a healthy bucket. `settings`: replace those of the healthy service. */
export function settingsFault({ settings, ...fault }: Made & { settings: Env }): Fault {
  return { ...fault, setup: "s3-local", arrange: ({ env }) => ({ ...env, ...settings }) };
}

/** A fault of the bucket, made by a rewriting proxy with this rule. */
export function proxyFault({ rule, ...fault }: Made & { rule: Rule }): Fault {
  return { ...fault, setup: "fault proxy", arrange: ({ behind }) => behind(rule) };
}

/** A fault in the CORS configuration of the bucket. */
export function corsFault({ cors, ...fault }: Made & { cors: InitialCors | undefined }): Fault {
  return { ...fault, setup: "s3-local", arrange: ({ withCors }) => withCors(cors) };
}

export type Remedy = { stage: Stage; env: Env; fix: Finding["fix"] };

/** Sets the variables of the remedy. `written`: values that the remedy cannot know. */
export function setVariables({ env, fix }: Remedy, written: Env = {}): Env {
  const { text = "" } = fix.find(({ label }) => label === "environment of the service") ?? {};
  const lines = text.split("\n").map((line) => /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? []);
  const given = Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value]));
  for (const name of Object.keys(written)) if (!(name in given)) throw new Error(`The remedy does not name ${name}`);
  return { ...env, ...given, ...written };
}

export async function openStage(): Promise<Stage> {
  const dataDir = await mkdtemp(join(durableFolder(), "valetkey-doctor-"));
  const closers: (() => unknown)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const allowed = { allowedOrigins: ["http://localhost:*", "https://localhost:*"] };
  let servers = 0;

  async function startBucket(cors: InitialCors | undefined): Promise<string> {
    servers += 1;
    const server = await startS3Local({
      dataDir: join(dataDir, `s3-${servers}`),
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      buckets: ["files"],
      ...(cors && { cors }),
    });
    closers.push(() => server.close());
    return server.endpoint;
  }

  const endpoint = await startBucket(allowed);
  const env: Env = {
    DATA_DIR: join(dataDir, "data"),
    AUTH_SECRET,
    AWS_BUCKET_NAME: "files",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    S3_ENDPOINT: endpoint,
    PUBLIC_URL: ORIGIN,
  };
  return {
    dataDir,
    env,
    endpoint,
    async behind(rule) {
      const proxy = await startRewritingProxy(endpoint, rule);
      closers.push(proxy.close);
      return { ...env, S3_ENDPOINT: proxy.url };
    },
    withCors: async (cors) => ({ ...env, S3_ENDPOINT: await startBucket(cors) }),
    add: (close) => void closers.push(close),
    async close() {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}

/**
 * Starts a service with the environment of the stage, and stops it when the stage closes. Returns the environment and the URL of the
 * service.
 */
export async function runService(
  { env, add }: Stage,
  settings: Env = {},
): Promise<{ env: Env; url: string; close(): Promise<void> }> {
  const port = await freePort("127.0.0.1");
  const running: Env = {
    ...env,
    HOST: "127.0.0.1",
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    LOG_LEVEL: "silent",
    ...settings,
  };
  const { config } = loadConfig(running, { workingDirectory: env.DATA_DIR ?? "/nowhere" });
  const service = await startService(config, { logger: createLogger(config) });
  add(() => service.close());
  return { env: running, url: `http://127.0.0.1:${port}`, close: () => service.close() };
}
