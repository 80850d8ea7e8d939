import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startS3Local } from "@valetkey/s3-local";
import { freePort } from "../../testing/free-port.ts";
import { run } from "../project.ts";
import type { Framework } from "./frameworks.ts";

const HERE = import.meta.dirname;
const credentials = { accessKeyId: "AKIDFRAMEWORKS", secretAccessKey: "fr4m3worksT3stsOnly0pensN0thing000000000" };

const BUILD_VARIABLES = {
  NEXT_TELEMETRY_DISABLED: "1",
  // `prisma generate` never runs this program, but without this variable, Prisma downloads it from a host other than npm's.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: "1",
};

/** Copies the application of a framework into an empty folder that has its packages, and builds it. */
export async function build({ source, shared = "", build: command, client }: Framework, folder: string): Promise<void> {
  const from = join(HERE, source);
  const isFolder = (await stat(from)).isDirectory();
  await mkdir(folder, { recursive: true });
  await cp(from, isFolder ? folder : join(folder, basename(source)), { recursive: true });
  await cp(join(HERE, "servers/files.mjs"), join(folder, shared, "files.mjs"));
  if (client !== undefined) {
    await cp(join(HERE, client.source), folder, { recursive: true });
    await cp(join(HERE, "checks.ts"), join(folder, "checks.ts"));
  }
  const [file = "", ...args] = command ?? [];
  if (command !== undefined) await run(file, args, { cwd: folder, env: BUILD_VARIABLES });
}

export type Running = {
  routes: string;
  bucket: { name: string; region: string; endpoint: string; credentials: typeof credentials };
  output(): string;
  stop(): Promise<void>;
};

/** Starts a built application with its own bucket, and waits until it listens. */
export async function start({ start: [file = "", ...args] }: Framework, folder: string): Promise<Running> {
  const local = await startS3Local({ dataDir: join(folder, "bucket"), credentials, buckets: ["files"] });
  const bucket = { name: "files", region: "us-east-1", endpoint: local.endpoint, credentials };
  const port = await freePort("127.0.0.1");
  const child = spawn(file, args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      PORT: String(port),
      // SvelteKit compares the origin of the page with its own origin, which starts with https without this variable.
      PROTOCOL_HEADER: "x-forwarded-proto",
      NODE_ENV: "production",
      BUCKET: JSON.stringify(bucket),
    },
  });
  const exited = once(child, "exit");
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => lines.push(`${chunk}`));
  const output = () => lines.join("");
  const routes = `http://localhost:${port}/files`;
  async function stop() {
    child.kill("SIGKILL");
    await exited;
    await local.close();
  }
  const until = Date.now() + 60_000;
  while (
    !(await fetch(`${routes}/invoice/42`).then(
      ({ status }) => status === 401,
      () => false,
    ))
  ) {
    if (child.exitCode === null && Date.now() < until) await wait(50);
    else {
      await stop();
      throw new Error(`The application did not start:\n${output()}`);
    }
  }
  return { routes, bucket, output, stop };
}

/** Counts the lines in the files that mount the routes, without empty lines. */
export async function linesOf({ mount }: Framework): Promise<number> {
  const texts = await Promise.all(mount.map((path) => readFile(join(HERE, path), "utf8")));
  return texts.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "").length;
}
