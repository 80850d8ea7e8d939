import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { PREVIEW_LIMITS, type PreviewName } from "@valetkey/contract";
import { DomainError } from "../errors.ts";
import { workerModule } from "../modules.ts";

/** The package that draws pictures, which the operator can install. */
export const DRAWING_PACKAGE = "sharp";

export type DrawnPicture = { name: PreviewName; bytes: Buffer };

/** Why a file has no previews. `damaged`: the file is unreadable. `too_slow`, `too_much_memory`: the child process exceeded its limit. */
export type DrawingFailure = "damaged" | "too_slow" | "too_much_memory";

export type DrawingLimits = { milliseconds: number; memoryBytes: number };

const LIMITS: DrawingLimits = { milliseconds: 20_000, memoryBytes: 512 * 2 ** 20 };
/** The exit code of a child process that has itself noticed that it uses too much memory. */
const TOO_MUCH_MEMORY = 3;
/** The pause between two checks of the memory of the child process, in milliseconds. */
const CHECK_MS = 50;
/** The time limit for reading the file from the bucket, in milliseconds. */
const SENDING_MS = 120_000;
const MAX_OUTPUT_BYTES = PREVIEW_LIMITS.small.maxBytes + PREVIEW_LIMITS.large.maxBytes + 1_000;
/** The maximum size of a file. A larger file would not fit into the memory of the child process. */
export const MAX_DRAWN_BYTES = 100_000_000;

/** Returns whether the package is installed. Costs a few accesses to the file system. */
export function canDraw(): boolean {
  try {
    createRequire(import.meta.url).resolve(DRAWING_PACKAGE);
    return true;
  } catch {
    return false;
  }
}

/** Returns the program of the child process. Throws `database_unavailable` if a bundler has lost the file of the program. */
export const findDrawingProgram = (): URL => workerModule("drawing-process", import.meta.url);

/**
 * Returns the loader for a picture with the given first bytes, or undefined for any other file. SVG, TIFF, PDF and other formats are
 * excluded, because their loaders are a risk. The triggers of the table `attachments` queue only files of these types, so a new type also
 * needs a migration.
 */
export function loaderOf(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, 32)).toString("latin1");
  if (text.startsWith("\xff\xd8\xff")) return "VipsForeignLoadJpegBuffer";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "VipsForeignLoadPngBuffer";
  if (/^RIFF.{4}WEBP/s.test(text)) return "VipsForeignLoadWebpBuffer";
  if (/^GIF8[79]a/.test(text)) return "VipsForeignLoadNsgifBuffer";
  if (/^.{4}ftypavi[fs]/s.test(text)) return "VipsForeignLoadHeifBuffer";
  return undefined;
}

type Drawing = { loader: string; body: Readable; signal: AbortSignal; limits?: DrawingLimits };

/**
 * Draws the previews of a file in a child process, which has no secrets and reads only standard input. Kills the child process if it uses
 * too much time or memory. The caller must check the previews, because a malicious file could control the child process.
 */
export async function drawPictures({
  loader,
  body,
  signal,
  limits = LIMITS,
}: Drawing): Promise<DrawnPicture[] | DrawingFailure> {
  const child = startChild(loader, limits);
  let failure: DrawingFailure = "damaged";
  const kill = (reason: DrawingFailure) => {
    failure = reason;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(() => kill("too_slow"), SENDING_MS);
  const onSent = () => {
    clearTimeout(timer);
    timer = setTimeout(() => kill("too_slow"), limits.milliseconds);
  };
  let lost: DomainError | undefined;
  body.on("error", (error) => {
    if (error instanceof DomainError) lost = error;
  });
  const onAbort = () => child.kill("SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  const check = setInterval(async () => {
    if ((await memoryOf(child)) > limits.memoryBytes) kill("too_much_memory");
  }, CHECK_MS);
  try {
    const exited = once(child, "exit");
    // If the child process ends early, the pipe breaks.
    const sending = pipeline(body, child.stdin, { signal }).then(onSent, () => undefined);
    const [output, [code]] = await Promise.all([readOutput(child), exited, sending]);
    if (lost !== undefined) throw lost;
    if (code === 0) return parse(output) ?? "damaged";
    return code === TOO_MUCH_MEMORY ? "too_much_memory" : failure;
  } finally {
    clearTimeout(timer);
    clearInterval(check);
    signal.removeEventListener("abort", onAbort);
    body.destroy();
  }
}

function startChild(loader: string, { memoryBytes }: DrawingLimits) {
  // Node.js cannot forbid network access. The permissions forbid the child process to write files, and to start programs and threads.
  const permissions = ["--permission", "--allow-addons", "--allow-fs-read=*", "--disable-warning=SecurityWarning"];
  const child = spawn(
    process.execPath,
    [...permissions, "--max-old-space-size=64", fileURLToPath(findDrawingProgram()), loader, String(memoryBytes)],
    { env: { MALLOC_ARENA_MAX: "2" }, stdio: ["pipe", "pipe", "ignore"] },
  );
  child.on("error", () => undefined);
  // If the machine runs out of memory, Linux ends the child process, and not the service.
  if (child.pid !== undefined) void writeFile(`/proc/${child.pid}/oom_score_adj`, "1000").catch(() => undefined);
  return child;
}

/** Returns the memory that a process uses, or 0 on platforms other than Linux, where the child process itself checks its memory. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function readOutput(child: ReturnType<typeof startChild>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_OUTPUT_BYTES) {
      child.kill("SIGKILL");
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(output: Buffer): DrawnPicture[] | undefined {
  const end = output.indexOf("\n");
  const pictures: DrawnPicture[] = [];
  try {
    let at = end + 1;
    for (const { name, sizeBytes } of JSON.parse(output.toString("utf8", 0, end)) as {
      name: PreviewName;
      sizeBytes: number;
    }[]) {
      if (!Object.hasOwn(PREVIEW_LIMITS, name)) return undefined;
      pictures.push({ name, bytes: output.subarray(at, at + sizeBytes) });
      at += sizeBytes;
    }
  } catch {
    return undefined;
  }
  return pictures;
}
