import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type CandidateSpec, startCandidate } from "./rig/candidate.ts";
import { createDataset } from "./rig/dataset.ts";
import { createEnvironment } from "./rig/environment.ts";
import { readFlags } from "./rig/report.ts";
import { createToken } from "./rig/settings.ts";
import { measureForms } from "./upload/forms.ts";
import { measureManyFiles } from "./upload/many-files.ts";
import { openSlowLine } from "./upload/slow-line.ts";
import { measureThroughput } from "./upload/throughput.ts";

const MIB = 2 ** 20;
/** The goals for the memory that forms use in the service, as a fraction of the memory in the article's design or in another checkout. */
const OF_ARTICLE = { parallel: 0.1, stalled: 0.25 };
const OF_BEFORE = { parallel: 1.1, stalled: 1.1 };
/** The delay of the slow line in each direction, as between continents. */
const SLOW_LINE_MS = 50;

type Target = { endpoint: string; service: { url: string; token: string; noteId: string }; rounds: number };

/**
 * Measures uploads to the built-in bucket. Compares the upload speed of the client with that of the AWS SDK. Compares the memory that form
 * uploads use in the service and in the article's design.
 *
 * Flags: --rounds 7, --form-rounds 3, --mib 256 (of a file), --only throughput, files or forms, --before. With --before, forms are compared
 * with another checkout instead of the article's design. Returns whether all goals were met.
 */
export async function runUpload(args: readonly string[]): Promise<boolean> {
  const values = readFlags(args, { rounds: "7", "form-rounds": "3", mib: "256", only: "", before: "" });
  const dataset = createDataset();
  const [note] = dataset.notes;
  if (note === undefined) throw new Error("The data set has no notes");
  const token = await createToken(note.ownerId);
  const environment = await createEnvironment(dataset);
  const endpoint = environment.bucketEndpoint;
  try {
    const inBucket = (spec: CandidateSpec): CandidateSpec => ({
      ...spec,
      env: { ...spec.env, S3_ENDPOINT: endpoint, AWS_ENDPOINT_URL_S3: endpoint, LOG_LEVEL: "error" },
    });
    const service = inBucket((await environment.service("sqlite")).spec);
    const measureOn = async (measure: (on: Target) => Promise<boolean>, spec = service): Promise<boolean> => {
      const candidate = await startCandidate(spec);
      try {
        const url = `http://127.0.0.1:${candidate.port}`;
        return await measure({
          endpoint,
          service: { url, token, noteId: note.id },
          rounds: Number(values.rounds),
        });
      } finally {
        await candidate.stop();
      }
    };
    let met = true;
    if ("throughput".includes(values.only)) {
      const sizeBytes = Number(values.mib) * MIB;
      const path = await writeFile(environment.path, sizeBytes);
      console.log(`upload: a file of ${values.mib} MiB, ${values.rounds} rounds, Node ${process.versions.node}`);
      met = await measureOn((on) => measureThroughput({ ...on, path, sizeBytes }));
    }
    if ("files".includes(values.only)) {
      const folder = environment.path;
      met = (await measureOn((on) => measureManyFiles({ ...on, folder }))) && met;
      const toBucket = await openSlowLine(endpoint, SLOW_LINE_MS);
      const spec = { ...service, env: { ...service.env, S3_PUBLIC_ENDPOINT: toBucket.url } };
      const measureSlowly = async ({ service: { url, token }, rounds }: Target) => {
        const toService = await openSlowLine(url, SLOW_LINE_MS);
        const slow = { endpoint: toBucket.url, service: { url: toService.url, token } };
        const isFast = await measureManyFiles({ ...slow, folder, rounds: Math.min(rounds, 3), delayMs: SLOW_LINE_MS });
        await toService.close();
        return isFast;
      };
      met = (await measureOn(measureSlowly, spec)) && met;
      await toBucket.close();
    }
    if ("forms".includes(values.only)) {
      const { before } = values;
      const base =
        before === ""
          ? inBucket((await environment.article()).spec)
          : inBucket((await environment.before("sqlite", before)).spec);
      const specs = [base, service];
      const plan = {
        specs,
        token,
        noteId: note.id,
        rounds: Number(values["form-rounds"]),
        goals: before === "" ? OF_ARTICLE : OF_BEFORE,
      };
      met = (await measureForms(plan)) && met;
    }
    return met;
  } finally {
    await environment.close();
  }
}

async function writeFile(folder: string, sizeBytes: number): Promise<string> {
  const path = join(folder, "file.bin");
  const handle = await open(path, "w");
  for (let left = sizeBytes; left > 0; left -= MIB) await handle.write(randomBytes(Math.min(left, MIB)));
  await handle.close();
  return path;
}
