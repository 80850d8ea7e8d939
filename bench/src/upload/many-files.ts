import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { type Attachment, createClient, readFile } from "@valetkey/client";
import { openFile } from "@valetkey/client/node";
import { zipStream } from "../../../packages/web/src/files/zip-stream.ts";
import { formatCount, formatTable, median, medianRatio, reportGoal } from "../rig/report.ts";
import { settings } from "../rig/settings.ts";

const FILES = 1_000;
const FILE_BYTES = 20_000;
const AT_ONCE = 8;
/** The goals for the speed of the client, as a multiple of the speed of lib-storage. */
const TIMES_LIB_STORAGE = { onLoopback: 1, onSlowLine: 2 };
const ZIP_OF_SINGLE_FILES = 0.9;

type Service = { url: string; token: string };
/** `delayMs`: the delay of the lines to the service and to the bucket, in each direction. Default: no delay. */
type Plan = { endpoint: string; service: Service; folder: string; rounds: number; delayMs?: number };
/** `take`: does the work of a turn once, and returns its time in seconds. */
type Turn = { name: string; take(): Promise<number> };

/**
 * Uploads 1,000 files of 20 kB over eight connections to the bucket, with the client and lib-storage in turns. Then the client downloads
 * the files, one by one and as one ZIP in turns. On a slow line, there are no downloads. Returns whether the speed of the client met the
 * goals.
 */
export async function measureManyFiles({ endpoint, service, folder, rounds, delayMs }: Plan): Promise<boolean> {
  const paths = await writeFiles(join(folder, "many"));
  const client = createClient({ baseUrl: service.url, token: service.token });
  let files: Attachment[] = [];
  const uploads = await takeTurns(rounds, [
    {
      name: "valetkey",
      async take() {
        const { id } = await client.notes.create({ title: "Many files" });
        return timeOf(async () => {
          files = await Promise.all(paths.map(async (path) => client.upload(id, await openFile(path)).done));
        });
      },
    },
    { name: "lib-storage", take: () => timeOf(() => forEach(paths, putWith(endpoint))) },
  ]);
  const line = delayMs === undefined ? "loopback" : `${delayMs} ms of delay in each direction`;
  console.log(
    `\nmany files: ${FILES} of ${FILE_BYTES / 1000} kB, uploads ${AT_ONCE} at a time, ${rounds} rounds, ${line}`,
  );
  const atLeast = delayMs === undefined ? TIMES_LIB_STORAGE.onLoopback : TIMES_LIB_STORAGE.onSlowLine;
  const isFast = report(uploads, { text: "uploads through the client, times lib-storage", atLeast });
  if (delayMs !== undefined) return isFast;
  const downloads = await takeTurns(rounds, [
    { name: "ZIP", take: () => timeOf(() => readZip(client, files)) },
    { name: "single files", take: () => timeOf(() => readSingly(client, files)) },
  ]);
  return report(downloads, { text: "ZIP, of the speed of single files", atLeast: ZIP_OF_SINGLE_FILES }) && isFast;
}

async function writeFiles(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: FILES }, (_, number) => join(folder, `${number}.bin`));
  await forEach(paths, (path) => writeFile(path, randomBytes(FILE_BYTES)));
  return paths;
}

/** Runs all turns once as a warm-up, and then once in each round. Returns the seconds of each turn, by its name. */
async function takeTurns(rounds: number, turns: readonly Turn[]): Promise<Map<string, number[]>> {
  for (const { take } of turns) await take();
  const seconds = new Map<string, number[]>(turns.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, take } of turns) seconds.get(name)?.push(await take());
  }
  return seconds;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

let uploads = 0;

function putWith(endpoint: string): (path: string) => Promise<unknown> {
  const { accessKeyId, secretAccessKey, region, bucket } = settings;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  return (path) =>
    new Upload({ client, params: { Bucket: bucket, Key: `many-${uploads++}`, Body: createReadStream(path) } }).done();
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

/** Prints the speed of the two compared turns. Returns whether the first turn is fast enough in comparison with the second. */
function report(seconds: ReadonlyMap<string, readonly number[]>, goal: { text: string; atLeast: number }): boolean {
  const rates = [...seconds].map(([name, all]) => [name, all.map((each) => FILES / each)] as const);
  const [[, ours], [base, theirs]] = rates as [(typeof rates)[0], (typeof rates)[0]];
  const rows = rates.map(([name, values]) => [
    name,
    formatCount(median(values)),
    medianRatio(values, theirs).toFixed(2),
  ]);
  console.log(formatTable(["", "files/s", `x ${base}`], rows));
  return reportGoal({ ...goal, ratio: medianRatio(ours, theirs) });
}
