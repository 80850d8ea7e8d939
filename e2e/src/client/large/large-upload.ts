import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { file, sha256OfDownload, writeRandomFile } from "../testing/files.ts";
import { openWorld, type World } from "../testing/world.ts";
import type { UploadNews, UploadOrder } from "./upload.child.ts";

/** The time between two measurements of the memory, in milliseconds. */
const INTERVAL_MS = 100;

export type LargeUpload = {
  seconds: number;
  /** The hex SHA-256 of the uploaded bytes and of the downloaded bytes. */
  sha256: { given: string; stored: string };
  /** The resident memory of the service process at the start and at its peak, in bytes. */
  service: { firstBytes: number; peakBytes: number };
  bucket: { firstBytes: number; peakBytes: number };
  clientPeakBytes: number;
};

type Options = { sizeBytes: number; say: (text: string) => void };

/** Uploads a file of `sizeBytes`, and downloads it again. The client, the service and the bucket are separate processes. */
export async function uploadInOneGo(options: Options): Promise<LargeUpload> {
  return inWorld(options, async ({ world, order }) => {
    // The first upload makes the service load all its code, so that the measurement excludes the memory for code.
    await world.client.upload(order.noteId, file(Math.min(options.sizeBytes, 70 * 2 ** 20))).done;
    const service = watchMemory(world.service.pid());
    const bucket = watchMemory(world.bucket.pid());
    const startedAt = performance.now();
    const uploader = startUploader(order);
    const attachmentId = await uploader.finished();
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      seconds,
      attachmentId,
      service: service.stop(),
      bucket: bucket.stop(),
      clientPeakBytes: uploader.peakRssBytes(),
    };
  });
}

export type KilledUpload = {
  sha256: LargeUpload["sha256"];
  /** The number of bytes in the bucket when the second client process started to send. */
  resumedAtBytes: number;
};

/** Uploads a file, and kills the client at 25 % of the file, the service at 50 % and the bucket at 75 % (kill -9). */
export async function uploadThroughKills(options: Options): Promise<KilledUpload> {
  const { sizeBytes, say } = options;
  return inWorld(options, async ({ world, order }) => {
    const first = startUploader(order);
    await first.reached(0.25 * sizeBytes);
    await first.kill();
    say("killed the client at 25 %");
    const second = startUploader(order);
    await killAt(second, { bytes: 0.5 * sizeBytes, victim: world.service });
    say("killed the service at 50 %, and started it again");
    await killAt(second, { bytes: 0.75 * sizeBytes, victim: world.bucket });
    say("killed the bucket at 75 %, and started it again");
    const attachmentId = await second.finished();
    say(`the client went on from ${(100 * second.resumedAt()) / sizeBytes} %`);
    return { attachmentId, resumedAtBytes: second.resumedAt() };
  });
}

async function killAt(uploader: Uploader, { bytes, victim }: { bytes: number; victim: World["service"] }) {
  await uploader.reached(bytes);
  await victim.kill();
  await victim.start();
}

type Stage = { world: World; order: Parameters<typeof startUploader>[0] };

async function inWorld<Result extends { attachmentId: string }>(
  { sizeBytes, say }: Options,
  act: (stage: Stage) => Promise<Result>,
): Promise<Result & { sha256: LargeUpload["sha256"] }> {
  const env = { UPLOAD_MAX_BYTES: String(sizeBytes) };
  const world = await openWorld({ isDirect: true, env });
  try {
    const given = await writeRandomFile(world.folder, { sizeBytes });
    say(`wrote a file of ${sizeBytes} bytes`);
    const note = await world.client.notes.create({ title: "Large" });
    const { url: baseUrl, token } = world;
    const storePath = join(world.folder, "uploads.json");
    const result = await act({ world, order: { baseUrl, token, noteId: note.id, path: given.path, storePath } });
    const stored = await sha256OfDownload(world.client, result.attachmentId);
    return { ...result, sha256: { given: given.sha256, stored } };
  } finally {
    await world.close();
  }
}

type Uploader = {
  /** Resolves when the client has sent `bytes` bytes. Rejects if the process ends earlier. */
  reached(bytes: number): Promise<void>;
  finished(): Promise<string>;
  kill(): Promise<void>;
  /** Returns the number of bytes in the bucket when the client started to send. */
  resumedAt(): number;
  /** Returns the highest memory that the process has reported so far, in bytes. */
  peakRssBytes(): number;
};

function startUploader(order: UploadOrder): Uploader {
  const child = fork(new URL("./upload.child.ts", import.meta.url), [JSON.stringify(order)]);
  const goals: { bytes: number; resolve: () => void }[] = [];
  const finished = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<never>();
  let sentBytes = 0;
  let resumedAt = 0;
  let peakRssBytes = 0;
  child.on("message", (news: UploadNews) => {
    peakRssBytes = Math.max(peakRssBytes, news.rssBytes);
    if ("attachmentId" in news) return finished.resolve(news.attachmentId);
    sentBytes = news.sentBytes;
    resumedAt = news.resumedAt ?? 0;
    for (const { bytes, resolve } of goals) if (sentBytes >= bytes) resolve();
  });
  child.once("exit", (code) => ended.reject(new Error(`the client ended with ${code} after ${sentBytes} bytes`)));
  // `reached` and `finished` report the error of the client process. Without this `catch`, a failed client would also end the test process.
  ended.promise.catch(() => undefined);
  return {
    async reached(bytes) {
      // The client continues to send while a killed service restarts, so it may already have sent `bytes` bytes.
      if (sentBytes >= bytes) return;
      await Promise.race([new Promise<void>((resolve) => goals.push({ bytes, resolve })), ended.promise]);
    },
    finished: () => Promise.race([finished.promise, ended.promise]),
    async kill() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    resumedAt: () => resumedAt,
    peakRssBytes: () => peakRssBytes,
  };
}

function rssOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (existsSync(file)) return 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync(file, "utf8"))?.[1]);
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Measures the memory of a process until `stop` is called. The function `stop` returns the first and the highest value, in bytes. */
function watchMemory(pid: number): { stop(): { firstBytes: number; peakBytes: number } } {
  const firstBytes = rssOf(pid);
  let peakBytes = firstBytes;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, rssOf(pid));
  }, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      return { firstBytes, peakBytes };
    },
  };
}
