import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Call, sendCall } from "./rig/calls.ts";
import { type Engine, serviceSpec, startCandidate } from "./rig/candidate.ts";
import { createRandom } from "./rig/dataset.ts";
import { createScratch, startBucket, startPostgres } from "./rig/environment.ts";
import { formatTable, median, medianRatio, readFlags, reportGoal } from "./rig/report.ts";
import { type DataLocation, sqliteFileIn } from "./rig/service.ts";
import { type Shape, shapeOf } from "./scale/data.ts";
import { findEnd, seedScale } from "./scale/seed.ts";
import { largeVerbs, openData, type Subject, type Verb, verbs } from "./scale/verbs.ts";

const MAX_RATIO = 1.5;
/** The maximum time of a usable call on the largest things, in milliseconds. */
const USABLE_MS = 300;

type Part = "hundredth" | "whole";
type Side = { engine: Engine; part: Part; subject: Subject; cpuMicroseconds(): Promise<number> };
type Sample = { p50: number; p99: number; cpuMicroseconds: number };
type Measured = { verb: string; side: Side; samples: Sample[] };

/**
 * Compares the time of each verb on one hundredth of the data with its time on the whole data. The benchmark measures both times in turns,
 * in the same run. The goal is a ratio below 1.5 at p50.
 *
 * Flags: --scale 1 (1,000,000 files), --rounds 5, --calls 20 (for each round), --engines postgres,sqlite, --only "note,link" (parts of
 * names), --data. The directory of --data has data that later runs use again (for PostgreSQL only with BENCH_DATABASE_URL). Returns whether
 * all goals were met.
 */
export async function runScale(args: readonly string[]): Promise<boolean> {
  const defaults = { scale: "1", rounds: "5", calls: "20", engines: "postgres,sqlite", only: "", data: "" };
  const flags = readFlags(args, defaults);
  const parts = flags.only.split(",");
  const isChosen = ([name]: [string, Verb]) => parts.some((part) => name.includes(part));
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const sides = await prepare(flags, closing);
    const plan = { rounds: Number(flags.rounds), calls: Number(flags.calls) };
    const isMet = reportRatios(await measure(sides, Object.entries(verbs).filter(isChosen), plan));
    const whole = sides.filter(({ part }) => part === "whole");
    const large = await measure(whole, Object.entries(largeVerbs).filter(isChosen), { rounds: 5, calls: 1 });
    return reportLarge(large) && isMet;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

type Flags = { scale: string; engines: string; data: string };

async function prepare({ scale, engines, data: kept }: Flags, closing: (() => Promise<unknown>)[]): Promise<Side[]> {
  const directory = kept === "" ? await createScratch() : kept;
  mkdirSync(directory, { recursive: true });
  if (kept === "") closing.push(() => rm(directory, { recursive: true, force: true }));
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
      const name = kept === "" ? undefined : `valetkey_scale_${part}_${scale.replace(".", "_")}`;
      const url = engine === "postgres" ? await postgres.createDatabase(part, name) : undefined;
      const where = { directory: place, ...(url !== undefined && { url }) };
      const shape = await fill(where, Number(scale) / (part === "whole" ? 1 : 100));
      const { env, ...spec } = serviceSpec(engine, where);
      const candidate = await startCandidate({ ...spec, env: { ...env, S3_ENDPOINT: bucket.endpoint } });
      closing.push(candidate.stop);
      const data = openData(shape, createRandom(Date.now()));
      // After the first request of a person, the service remembers the token.
      for (const user of data.users) {
        await sendCall(candidate.port, { method: "GET", path: "/me", token: await data.tokenOf(user) });
      }
      const ofDatabase = url === undefined ? () => 0 : postgres.cpuMeter(url);
      const cpuMicroseconds = async () => (await candidate.usage()).cpuMicroseconds + (await ofDatabase());
      sides.push({ engine, part, subject: { port: candidate.port, data }, cpuMicroseconds });
    }
  }
  return sides;
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

async function sampleOf(
  { verb, side: { engine, part, subject, cpuMicroseconds } }: Measured,
  make: Verb,
  calls: number,
): Promise<Sample> {
  const prepared: Call[] = [];
  for (let call = 0; call < calls; call++) prepared.push(await make(subject));
  const times: number[] = [];
  const before = await cpuMicroseconds();
  for (const call of prepared) {
    const startedAt = performance.now();
    const response = await sendCall(subject.port, call);
    const text = await response.text();
    times.push(performance.now() - startedAt);
    if (!response.ok) {
      throw new Error(`${verb} on ${engine}, ${part}: ${call.path} returned ${response.status}: ${text}`);
    }
  }
  const spent = (await cpuMicroseconds()) - before;
  times.sort((a, b) => a - b);
  return { p50: median(times), p99: times[Math.ceil(0.99 * calls) - 1] as number, cpuMicroseconds: spent / calls };
}

const valuesOf = ({ samples }: Measured, name: keyof Sample) => samples.map((sample) => sample[name]);
const figure = (measured: Measured, name: keyof Sample) => median(valuesOf(measured, name));

/** Prints a row for each verb and engine, with both figures and their ratio: the median of the ratios of all rounds. */
function reportRatios(measured: readonly Measured[]): boolean {
  const pairs = measured
    .filter(({ side }) => side.part === "whole")
    .flatMap((whole) => {
      const hundredth = measured.find(
        ({ verb, side }) => verb === whole.verb && side.engine === whole.side.engine && side.part === "hundredth",
      );
      if (hundredth === undefined) return [];
      const ratioOf = (name: keyof Sample) => medianRatio(valuesOf(whole, name), valuesOf(hundredth, name));
      const name = `${whole.verb} (${whole.side.engine})`;
      return [{ name, both: [hundredth, whole], ratio: ratioOf("p50"), cpuRatio: ratioOf("cpuMicroseconds") }];
    });
  const rows = pairs.map(({ name, both, ratio, cpuRatio }) => [
    name,
    ...both.map((each) => figure(each, "p50").toFixed(1)),
    ...both.map((each) => figure(each, "p99").toFixed(1)),
    ...both.map((each) => figure(each, "cpuMicroseconds").toFixed(0)),
    cpuRatio.toFixed(2),
    ratio.toFixed(2),
  ]);
  const figures = ["p50 1/100", "p50 ms", "p99 1/100", "p99 ms", "CPU 1/100", "CPU us", "CPU ratio", "p50 ratio"];
  console.log(formatTable(["", ...figures], rows));
  const met = pairs.map(({ name, ratio }) =>
    reportGoal({ text: `${name}, of one hundredth`, ratio, below: MAX_RATIO }),
  );
  return met.every(Boolean);
}

/** Prints the figures of the largest note, person and link, which must remain usable. */
function reportLarge(measured: readonly Measured[]): boolean {
  const rows = measured.map((each) => [
    `${each.verb} (${each.side.engine})`,
    figure(each, "p50").toFixed(1),
    Math.max(...valuesOf(each, "p99")).toFixed(1),
    figure(each, "cpuMicroseconds").toFixed(0),
    figure(each, "p50") < USABLE_MS ? "" : "SHORT OF GOAL",
  ]);
  if (rows.length > 0) console.log(formatTable(["", "p50 ms", "slowest ms", "CPU us", ""], rows));
  return measured.every((each) => figure(each, "p50") < USABLE_MS);
}
