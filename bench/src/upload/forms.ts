import { once } from "node:events";
import { Agent, type ClientRequest, request } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Candidate, type CandidateSpec, startCandidate } from "../rig/candidate.ts";
import { formatCount, formatTable, median, medianRatio, reportGoal } from "../rig/report.ts";

const MIB = 2 ** 20;
const PARALLEL = { files: 20, fileBytes: 50 * MIB };
const STALLED = { files: 60, fileBytes: 8 * MIB };

/** The goals for the memory that forms use in the service, as a fraction of the memory in the article's design. */
const OF_ARTICLE = { parallel: 0.1, stalled: 0.25 };

type Plan = Target & { article: CandidateSpec; service: CandidateSpec; rounds: number };
type Turn = { parallelBytes: number; seconds: number; stalledBytes: number };

/**
 * Measures the memory of both servers during many simultaneous form uploads, and during stalled forms. In each round, the servers take
 * turns. Returns whether the memory of the service met the goals.
 */
export async function measureForms({ article, service, rounds, ...target }: Plan): Promise<boolean> {
  const ofArticle: Turn[] = [];
  const ofService: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    ofArticle.push(await takeTurn(article, target));
    ofService.push(await takeTurn(service, target));
  }
  const describe = ({ files, fileBytes }: typeof PARALLEL) => `${files} of ${fileBytes / MIB} MiB`;
  console.log(`\nforms: ${describe(PARALLEL)} at once, and ${describe(STALLED)} that stall, ${rounds} rounds`);
  const rows = Object.entries({ article: ofArticle, valetkey: ofService }).map(([name, turns]) => [
    name,
    mib(turns.map((turn) => turn.parallelBytes)),
    median(turns.map((turn) => turn.seconds)).toFixed(1),
    mib(turns.map((turn) => turn.stalledBytes)),
  ]);
  console.log(formatTable(["", "parallel: RSS grows, MiB", "seconds", "stalled: RSS grows, MiB"], rows));
  const ratioOf = (name: "parallelBytes" | "stalledBytes") =>
    medianRatio(
      ofService.map((turn) => turn[name]),
      ofArticle.map((turn) => turn[name]),
    );
  const met = [
    reportGoal({ text: "RSS growth, of the article's", ratio: ratioOf("parallelBytes"), below: OF_ARTICLE.parallel }),
    reportGoal({
      text: "RSS growth with stalled forms, of the article's",
      ratio: ratioOf("stalledBytes"),
      below: OF_ARTICLE.stalled,
    }),
  ];
  return met.every(Boolean);
}

type Target = { token: string; noteId: string };

async function takeTurn(spec: CandidateSpec, target: Target): Promise<Turn> {
  let seconds = 0;
  const parallelBytes = await growth(spec, target, async (form) => {
    const startedAt = performance.now();
    await postForms({ ...form, ...PARALLEL });
    seconds = (performance.now() - startedAt) / 1000;
  });
  const stalledBytes = await growth(spec, target, (form) => stallForms({ ...form, ...STALLED }));
  return { parallelBytes, seconds, stalledBytes };
}

type Form = { port: number; path: string; token: string };

/**
 * Starts a server for one measurement only, because the peak RSS of a process never falls. Returns the growth of the server's RSS in bytes.
 */
async function growth(
  spec: CandidateSpec,
  { token, noteId }: Target,
  work: (form: Form) => Promise<void>,
): Promise<number> {
  const candidate: Candidate = await startCandidate(spec);
  const form = { port: candidate.port, path: `/notes/${noteId}/attachments`, token };
  try {
    // The first form makes the server load its code, so that the memory of the code is not measured.
    await postForms({ ...form, files: 1, fileBytes: MIB });
    const before = await candidate.usage();
    await work(form);
    const { peakRssBytes } = await candidate.usage();
    return peakRssBytes - before.rssBytes;
  } finally {
    await candidate.stop();
  }
}

/** Formats the median in MiB, with the smallest and the largest value in brackets. */
function mib(bytes: readonly number[]): string {
  const format = (value: number) => formatCount(value / MIB);
  return `${format(median(bytes))} (${format(Math.min(...bytes))} to ${format(Math.max(...bytes))})`;
}

type Forms = { port: number; path: string; token: string; files: number; fileBytes: number };

const PIECE = Buffer.alloc(2 ** 20, 7);
const BOUNDARY = "----bench-of-valet-key";

/** Posts several files in parallel, each in its own form, as browsers do. Throws unless all responses have the status 201. */
async function postForms({ port, path, token, files, fileBytes }: Forms): Promise<void> {
  const agent = new Agent({ maxSockets: files });
  const post = async (number: number) => {
    const { headers, head, tail } = formOf({ number, token, fileBytes });
    const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent });
    Readable.from(pieces({ head, fileBytes, tail }), { objectMode: false, highWaterMark: 64 * 1024 }).pipe(outgoing);
    const [response] = await once(outgoing, "response");
    // If the service refuses a form, it closes the connection. The error about the unsent rest of the form is therefore no problem.
    outgoing.on("error", () => undefined);
    let text = "";
    for await (const chunk of response) text += chunk;
    if (response.statusCode !== 201) throw new Error(`A form got ${response.statusCode}: ${text}`);
  };
  await Promise.all(Array.from({ length: files }, (_, number) => post(number)));
  agent.destroy();
}

/** Returns the headers of a form with one file, and the bytes before and after the file. */
function formOf({ number, token, fileBytes }: { number: number; token: string; fileBytes: number }) {
  const head = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="file-${number}.bin"\r\n` +
      "Content-Type: application/octet-stream\r\n\r\n",
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "content-length": head.length + fileBytes + tail.length,
  };
  return { headers, head, tail };
}

function* pieces({ head, fileBytes, tail }: { head: Buffer; fileBytes: number; tail: Buffer }) {
  yield head;
  for (let left = fileBytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
  yield tail;
}

const SETTLED_MS = 3_000;

/** Posts several forms in parallel, without their last bytes. Closes the connections when the server reads no more bytes. */
async function stallForms({ port, path, token, files, fileBytes }: Forms): Promise<void> {
  const stalled = Array.from({ length: files }, (_, number): ClientRequest => {
    const { headers, head } = formOf({ number, token, fileBytes });
    const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent: false });
    outgoing.on("error", () => undefined);
    outgoing.write(head);
    outgoing.write(Buffer.alloc(fileBytes));
    return outgoing;
  });
  let sentBytes = -1;
  for (let sum = 0; sum > sentBytes; sum = sentBy(stalled)) {
    sentBytes = sum;
    await sleep(SETTLED_MS);
  }
  for (const outgoing of stalled) outgoing.destroy();
}

function sentBy(stalled: readonly ClientRequest[]): number {
  let bytes = 0;
  for (const { socket } of stalled) bytes += (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
  return bytes;
}
