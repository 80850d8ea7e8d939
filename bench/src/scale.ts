import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Agent, request as send } from "node:http";
import { dirname, join } from "node:path";
import { type CandidateSpec, type Engine, serviceSpec, startCandidate } from "./rig/candidate.ts";
import { createRandom } from "./rig/dataset.ts";
import { createScratch, startBucket, startPostgres } from "./rig/environment.ts";
import { formatTable, median, medianRatio, readFlags, reportGoal } from "./rig/report.ts";
import { type DataLocation, sqliteFileIn } from "./rig/service.ts";
import { type Shape, shapeOf } from "./scale/data.ts";
import { findEnd, seedScale } from "./scale/seed.ts";
import { measureUpkeep, openSweeps, reportUpkeep } from "./scale/upkeep.ts";
import {
  fileUrl,
  largeVerbs,
  openData,
  type Request,
  type Response,
  type Subject,
  type Verb,
  verbs,
} from "./scale/verbs.ts";

const MAX_RATIO = 1.5;
/** The maximum time of a usable call on the largest things, in milliseconds. */
const USABLE_MS = 300;

type Part = "hundredth" | "whole";
type Side = {
  engine: Engine;
  part: Part;
  subject: Subject;
  spec: CandidateSpec;
  ofDatabase(): number | Promise<number>;
  cpuMicroseconds(): Promise<number>;
};
type Sample = { p50: number; p99: number; cpuMicroseconds: number };
type Measured = { verb: string; side: Side; samples: Sample[] };

/**
 * Compares the time of each verb on one hundredth of the data with its time on the whole data. The benchmark measures both times in turns,
 * in the same run. The goal is a ratio below 1.5 at p50. The benchmark also compares the background jobs in the same way. Can also measure
 * garbage collection and backup while the service handles requests.
 *
 * Flags: --scale 1 (1,000,000 files), --rounds 5, --calls 20 (for each round), --engines postgres,sqlite, --only "note,link" (parts of
 * names), --data, --upkeep. The directory of --data has data that later runs use again (for PostgreSQL only with BENCH_DATABASE_URL). With
 * --upkeep hundredth,whole, garbage collection and backup are measured for these parts of the data. Returns whether all goals were met.
 */
export async function runScale(args: readonly string[]): Promise<boolean> {
  const flags = readFlags(args, {
    scale: "1",
    rounds: "5",
    calls: "20",
    engines: "postgres,sqlite",
    only: "",
    data: "",
    upkeep: "",
  });
  const parts = flags.only.split(",");
  const isChosen = ([name]: [string, Verb]) => parts.some((part) => name.includes(part));
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const sides = await prepare(flags, closing);
    const rounds = Number(flags.rounds);
    const plan = { rounds, calls: Number(flags.calls) };
    const measured = await measure(sides, Object.entries(verbs).filter(isChosen), plan);
    const isMet = reportRatios(measured);
    const whole = sides.filter(({ part }) => part === "whole");
    const large = await measure(whole, Object.entries(largeVerbs).filter(isChosen), { rounds: 5, calls: 1 });
    const isUsable = reportLarge(large);
    const areSwept = await measureSweeps(sides, { rounds, closing, isChosen });
    await measureAllUpkeep(sides.filter(({ part }) => flags.upkeep.split(",").includes(part)));
    return isUsable && areSwept && isMet;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

type Flags = { scale: string; engines: string; data: string };

async function prepare({ scale, engines, data }: Flags, closing: (() => Promise<unknown>)[]): Promise<Side[]> {
  const directory = data === "" ? await createScratch() : data;
  mkdirSync(directory, { recursive: true });
  if (data === "") closing.push(() => rm(directory, { recursive: true, force: true }));
  const postgres = await startPostgres(directory);
  closing.push(postgres.stop);
  const bucket = await startBucket(join(directory, "bucket"));
  closing.push(bucket.stop);
  console.log(`scale ${scale} against one hundredth, Node ${process.versions.node}, ${postgres.version}`);
  const sides: Side[] = [];
  for (const engine of engines.split(",") as Engine[]) {
    for (const part of ["hundredth", "whole"] as const) {
      const place = join(directory, `${engine}-${part}`);
      mkdirSync(place, { recursive: true });
      const kept = data === "" ? undefined : `valetkey_scale_${part}_${scale.replace(".", "_")}`;
      const url = engine === "postgres" ? await postgres.createDatabase(part, kept) : undefined;
      const where = { directory: place, ...(url !== undefined && { url }) };
      const shape = await fill(where, Number(scale) / (part === "whole" ? 1 : 100));
      const spec = withBucket(serviceSpec(engine, where), bucket.endpoint);
      const candidate = await startCandidate(spec);
      closing.push(candidate.stop);
      const subject = { send: sender(candidate.port), data: openData(shape, createRandom(Date.now())) };
      for (const user of subject.data.users) await subject.send(await signIn(subject, user));
      const ofDatabase = url === undefined ? () => 0 : postgres.cpuMeter(url);
      const cpuMicroseconds = async () => (await candidate.usage()).cpuMicroseconds + (await ofDatabase());
      sides.push({ engine, part, subject, spec, ofDatabase, cpuMicroseconds });
    }
  }
  return sides;
}

function withBucket({ env, ...spec }: CandidateSpec, endpoint: string): CandidateSpec {
  return { ...spec, env: { ...env, S3_ENDPOINT: endpoint } };
}

type Sweeping = { rounds: number; closing: (() => Promise<unknown>)[]; isChosen: (verb: [string, Verb]) => boolean };

/** Compares the background jobs, which run in this process. The services have already deleted everything that was due. */
async function measureSweeps(sides: readonly Side[], { rounds, closing, isChosen }: Sweeping): Promise<boolean> {
  const swept: Side[] = [];
  let jobs: [string, Verb][] = [];
  for (const side of sides) {
    const { send, verbs: ofSide, close } = await openSweeps(side.spec);
    closing.push(close);
    jobs = ofSide.filter(isChosen);
    const cpuMicroseconds = async () => {
      const { user, system } = process.cpuUsage();
      return user + system + (await side.ofDatabase());
    };
    swept.push({ ...side, subject: { ...side.subject, send }, cpuMicroseconds });
  }
  return reportRatios(await measure(swept, jobs, { rounds, calls: 20 }));
}

/** Measures garbage collection and backup. Only SQLite with the built-in bucket has both commands. */
async function measureAllUpkeep(sides: readonly Side[]): Promise<void> {
  const rows: string[][] = [];
  for (const { engine, part, subject, spec } of sides) {
    if (engine !== "sqlite") continue;
    const where = { source: spec.directory, directory: dirname(spec.directory) };
    rows.push(...(await measureUpkeep({ part, ...where, data: subject.data, load: fileUrl }, sender)));
  }
  if (rows.length > 0) reportUpkeep(rows);
}

/** Makes the first request of a person, after which the service remembers the token. */
async function signIn({ data }: Subject, user: number): Promise<Request> {
  return { method: "GET", path: "/me", token: await data.tokenOf(user) };
}

/** Fills an empty database. Does not change a filled database. */
async function fill(where: DataLocation, scale: number): Promise<Shape> {
  const target = where.url === undefined ? { file: sqliteFileIn(where.directory) } : { url: where.url };
  const until = await findEnd(target);
  if (until !== undefined) return shapeOf(scale, until);
  const shape = shapeOf(scale, Date.now());
  const startedAt = performance.now();
  await seedScale(target, shape);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`made ${shape.files} files in ${where.url === undefined ? "SQLite" : "PostgreSQL"} in ${seconds} s`);
  return shape;
}

function sender(port: number): Subject["send"] {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return ({ method, path, token, clientIp, body }: Request) =>
    new Promise<Response>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(clientIp !== undefined && { "x-forwarded-for": clientIp }),
        ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      };
      const startedAt = performance.now();
      const sent = send({ host: "127.0.0.1", port, method, path, headers, agent }, async (response) => {
        const chunks = await response.toArray();
        const milliseconds = performance.now() - startedAt;
        const received = Buffer.concat(chunks).toString();
        const isJson = response.headers["content-type"]?.includes("json") === true;
        resolve({ status: response.statusCode ?? 0, json: isJson ? JSON.parse(received) : received, milliseconds });
      });
      sent.on("error", reject);
      sent.end(text);
    });
}

/** Measures the verbs in rounds. In each round, all sides take turns with one verb, and each round begins with another side. */
async function measure(
  sides: readonly Side[],
  chosen: readonly [string, Verb][],
  { rounds, calls }: { rounds: number; calls: number },
): Promise<Measured[]> {
  const measured = chosen.flatMap(([verb]) => sides.map((side): Measured => ({ verb, side, samples: [] })));
  // The first round warms up the code and the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const [verb, make] of chosen) {
      const ofVerb = measured.filter((one) => one.verb === verb);
      const first = round % ofVerb.length;
      for (const one of [...ofVerb.slice(first), ...ofVerb.slice(0, first)]) {
        const sample = await sampleOf(one, make, calls);
        if (round > 0) one.samples.push(sample);
      }
    }
  }
  return measured;
}

async function sampleOf({ verb, side }: Measured, make: Verb, calls: number): Promise<Sample> {
  const { subject, cpuMicroseconds } = side;
  const requests: Request[] = [];
  for (let call = 0; call < calls; call++) requests.push(await make(subject));
  const times: number[] = [];
  const before = await cpuMicroseconds();
  for (const request of requests) {
    const { status, json, milliseconds } = await subject.send(request);
    if (status >= 400) {
      throw new Error(`${verb} on ${nameOf(side)}: ${request.path} returned ${status}: ${JSON.stringify(json)}`);
    }
    times.push(milliseconds);
  }
  const spent = (await cpuMicroseconds()) - before;
  times.sort((a, b) => a - b);
  return { p50: median(times), p99: times[Math.ceil(0.99 * calls) - 1] as number, cpuMicroseconds: spent / calls };
}

function nameOf({ engine, part }: Side): string {
  return `${engine}, ${part}`;
}

const figure = (samples: readonly Sample[], name: keyof Sample) => median(samples.map((sample) => sample[name]));

/** Prints a row for each verb and engine, with both figures and their ratio: the median of the ratios of all rounds. */
function reportRatios(measured: readonly Measured[]): boolean {
  const pairs = measured
    .filter(({ side }) => side.part === "whole")
    .flatMap((whole) => {
      const hundredth = measured.find(
        ({ verb, side }) => verb === whole.verb && side.engine === whole.side.engine && side.part === "hundredth",
      );
      if (hundredth === undefined) return [];
      const ratioOf = (name: keyof Sample) =>
        medianRatio(
          whole.samples.map((sample) => sample[name]),
          hundredth.samples.map((sample) => sample[name]),
        );
      return [{ whole, hundredth, ratio: ratioOf("p50"), cpuRatio: ratioOf("cpuMicroseconds") }];
    });
  const rows = pairs.map(({ whole, hundredth, ratio, cpuRatio }) => [
    `${whole.verb} (${whole.side.engine})`,
    ...(["p50", "p99"] as const).flatMap((name) =>
      [hundredth, whole].map(({ samples }) => figure(samples, name).toFixed(1)),
    ),
    ...[hundredth, whole].map(({ samples }) => figure(samples, "cpuMicroseconds").toFixed(0)),
    cpuRatio.toFixed(2),
    ratio.toFixed(2),
    ratio < MAX_RATIO ? "" : "SHORT OF GOAL",
  ]);
  const header = [
    "",
    "p50 1/100",
    "p50 ms",
    "p99 1/100",
    "p99 ms",
    "CPU 1/100",
    "CPU us",
    "CPU ratio",
    "p50 ratio",
    "",
  ];
  console.log(formatTable(header, rows));
  const met = pairs.map(({ whole, ratio }) =>
    reportGoal({ text: `${whole.verb} (${whole.side.engine}), of one hundredth`, ratio, below: MAX_RATIO }),
  );
  return met.every(Boolean);
}

/** Prints the figures of the largest note, person, link and outbox, which must remain usable. */
function reportLarge(measured: readonly Measured[]): boolean {
  const rows = measured.map(({ verb, side, samples }) => {
    const p50 = figure(samples, "p50");
    const slowest = Math.max(...samples.map(({ p99 }) => p99));
    const cpu = figure(samples, "cpuMicroseconds").toFixed(0);
    return [
      `${verb} (${side.engine})`,
      p50.toFixed(1),
      slowest.toFixed(1),
      cpu,
      p50 < USABLE_MS ? "" : "SHORT OF GOAL",
    ];
  });
  if (rows.length > 0) console.log(formatTable(["", "p50 ms", "slowest ms", "CPU us", ""], rows));
  return measured.every(({ samples }) => figure(samples, "p50") < USABLE_MS);
}
