import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { type Attachment, createClient, readFile } from "@valetkey/client";
import { openFile } from "@valetkey/client/node";
import { zipStream } from "../../../packages/web/src/files/zip-stream.ts";
import { formatCount, formatTable, median, medianRatio, reportGoal } from "../rig/report.ts";
import { settings } from "../rig/settings.ts";

const MIB = 2 ** 20;
const FILES = 1_000;
const FILE_BYTES = 20_000;
const AT_ONCE = 8;
/** lib-storage sends parts of the size that the service chooses, and as many parts at a time as the client. */
const LARGE = { partSize: 8 * MIB, queueSize: 4 };
/** The goals for the speed of the client, as a multiple of the speed of lib-storage. */
const TIMES_LIB_STORAGE = { largeFile: 0.95, onLoopback: 1, onSlowLine: 2 };
const ZIP_OF_SINGLE_FILES = 0.9;

type Service = { url: string; token: string; noteId: string };
type Plan = { endpoint: string; service: Service; folder: string; rounds: number };

/** Uploads one file with the client and lib-storage in turns. Returns whether the speed of the client met the goal. */
export async function measureLargeFile({ endpoint, service, folder, rounds, mib }: Plan & { mib: number }) {
  const path = join(folder, "file.bin");
  const handle = await open(path, "w");
  for (let written = 0; written < mib; written += 1) await handle.write(randomBytes(MIB));
  await handle.close();
  const client = createClient({ baseUrl: service.url, token: service.token });
  const s3 = connect(endpoint);
  const uploads = await takeTurns(rounds, {
    async valetkey(time) {
      const { id } = await time(async () => client.upload(service.noteId, await openFile(path)).done);
      await client.attachments.remove(id);
      await client.trash.remove({ attachmentId: id });
    },
    async "lib-storage"(time) {
      await time(() => put(s3, "large", path));
      await s3.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: "large" }));
    },
  });
  console.log(`upload: a file of ${mib} MiB, ${rounds} rounds, Node ${process.versions.node}`);
  const goal = { text: "upload through the client, of lib-storage", atLeast: TIMES_LIB_STORAGE.largeFile };
  return report(uploads, { ...goal, amount: mib, unit: "MiB/s" });
}

/**
 * Uploads 1,000 files of 20 kB over eight connections to the bucket, with the client and lib-storage in turns. Then the client downloads
 * the files, one by one and as one ZIP in turns. On a slow line, there are no downloads. Returns whether the speed of the client met the
 * goals.
 *
 * `delayMs`: the delay of the lines to the service and to the bucket, in each direction. Default: no delay.
 */
export async function measureManyFiles({ endpoint, service, folder, rounds, delayMs }: Plan & { delayMs?: number }) {
  const paths = await writeFiles(join(folder, "many"));
  const client = createClient({ baseUrl: service.url, token: service.token });
  const s3 = connect(endpoint);
  let files: Attachment[] = [];
  const uploads = await takeTurns(rounds, {
    async valetkey(time) {
      const { id } = await client.notes.create({ title: "Many files" });
      files = await time(() => Promise.all(paths.map(async (path) => client.upload(id, await openFile(path)).done)));
    },
    "lib-storage": (time) => time(() => forEach(paths, (path) => put(s3, path, path))),
  });
  const line = delayMs === undefined ? "loopback" : `${delayMs} ms of delay in each direction`;
  console.log(
    `\nmany files: ${FILES} of ${FILE_BYTES / 1000} kB, uploads ${AT_ONCE} at a time, ${rounds} rounds, ${line}`,
  );
  const atLeast = delayMs === undefined ? TIMES_LIB_STORAGE.onLoopback : TIMES_LIB_STORAGE.onSlowLine;
  const rate = { amount: FILES, unit: "files/s" };
  const isFast = report(uploads, { text: "uploads through the client, times lib-storage", atLeast, ...rate });
  if (delayMs !== undefined) return isFast;
  const downloads = await takeTurns(rounds, {
    ZIP: (time) => time(() => readZip(client, files)),
    "single files": (time) => time(() => readSingly(client, files)),
  });
  const goal = { text: "ZIP, of the speed of single files", atLeast: ZIP_OF_SINGLE_FILES };
  return report(downloads, { ...goal, ...rate }) && isFast;
}

async function writeFiles(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: FILES }, (_, number) => join(folder, `${number}.bin`));
  await forEach(paths, (path) => writeFile(path, randomBytes(FILE_BYTES)));
  return paths;
}

/** `time`: does the measured part of a turn. */
type Turn = (time: <T>(work: () => Promise<T>) => Promise<T>) => Promise<unknown>;

/**
 * Runs all turns once as a warm-up, and then once in each round. Returns the seconds of each turn, by its name. Every second round begins
 * with the other turn, because the disk finishes the writes of a turn during the next turn.
 */
async function takeTurns(rounds: number, turns: Record<string, Turn>): Promise<Map<string, number[]>> {
  const seconds = new Map<string, number[]>(Object.keys(turns).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = Object.entries(turns);
    for (const [name, take] of round % 2 === 0 ? order : order.reverse()) {
      await take(async (work) => {
        const startedAt = performance.now();
        const result = await work();
        if (round > 0) seconds.get(name)?.push((performance.now() - startedAt) / 1000);
        return result;
      });
    }
  }
  return seconds;
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function connect(endpoint: string): S3Client {
  const { accessKeyId, secretAccessKey, region } = settings;
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}

function put(client: S3Client, key: string, path: string): Promise<unknown> {
  const params = { Bucket: settings.bucket, Key: key, Body: createReadStream(path, { highWaterMark: MIB }) };
  return new Upload({ client, params, ...LARGE }).done();
}

type Client = ReturnType<typeof createClient>;

/** Downloads all files as one ZIP, as the button "Download all" on the page of a note does. */
async function readZip(client: Client, files: readonly Attachment[]): Promise<void> {
  const urls = await client.urlsFor(files.map(({ id }) => id));
  const sources = files.map(({ filename, sizeBytes }, index) => ({
    filename,
    sizeBytes,
    lastModified: new Date(0),
    open: () => readFile({ sizeBytes, getUrl: async () => urls[index]?.fileUrl ?? "" }),
  }));
  const job = { signal: AbortSignal.timeout(600_000), reading: undefined, missing: [], onBytes: () => undefined };
  let bytes = 0;
  for await (const chunk of zipStream(sources, { job, words: { missingFile: "", missing: () => "" } }))
    bytes += chunk.length;
  if (job.missing.length > 0 || bytes < FILES * FILE_BYTES) throw new Error("The ZIP is not whole");
}

async function readSingly(client: Client, files: readonly Attachment[]): Promise<void> {
  for (const { fileUrl = "" } of await client.urlsFor(files.map(({ id }) => id))) {
    const { byteLength } = await (await fetch(fileUrl)).arrayBuffer();
    if (byteLength !== FILE_BYTES) throw new Error(`A file has ${byteLength} bytes`);
  }
}

type Goal = { text: string; atLeast: number; amount: number; unit: string };

/** Prints the speed of the two compared turns. Returns whether the first turn is fast enough in comparison with the second. */
function report(seconds: ReadonlyMap<string, readonly number[]>, { amount, unit, ...goal }: Goal): boolean {
  const rates = [...seconds].map(([name, all]) => [name, all.map((each) => amount / each)] as const);
  const [[, ours], [base, theirs]] = rates as [(typeof rates)[0], (typeof rates)[0]];
  const rows = rates.map(([name, values]) => [
    name,
    formatCount(median(values)),
    medianRatio(values, theirs).toFixed(2),
  ]);
  console.log(formatTable(["", unit, `x ${base}`], rows));
  return reportGoal({ ...goal, ratio: medianRatio(ours, theirs) });
}
