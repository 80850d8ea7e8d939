import { type CandidateSpec, startCandidate } from "./rig/candidate.ts";
import { createDataset } from "./rig/dataset.ts";
import { createEnvironment } from "./rig/environment.ts";
import { readFlags } from "./rig/report.ts";
import { createToken } from "./rig/settings.ts";
import { measureLargeFile, measureManyFiles } from "./upload/files.ts";
import { measureForms } from "./upload/forms.ts";
import { openSlowLine } from "./upload/slow-line.ts";

/** The delay of the slow line in each direction, as between continents. */
const SLOW_LINE_MS = 50;

/**
 * Measures uploads to the built-in bucket. Compares the upload speed of the client with that of the AWS SDK. Compares the memory that form
 * uploads use in the service and in the article's design.
 *
 * Flags: --rounds 7, --form-rounds 3, --mib 256 (of a file), --only throughput, files or forms. Returns whether all goals were met.
 */
export async function runUpload(args: readonly string[]): Promise<boolean> {
  const values = readFlags(args, { rounds: "7", "form-rounds": "3", mib: "256", only: "" });
  const rounds = Number(values.rounds);
  const dataset = createDataset();
  const [note] = dataset.notes;
  if (note === undefined) throw new Error("The data set has no notes");
  const target = { token: await createToken(note.ownerId), noteId: note.id };
  const environment = await createEnvironment(dataset);
  const { bucketEndpoint: endpoint, path: folder } = environment;
  const inBucket = (spec: CandidateSpec): CandidateSpec => ({
    ...spec,
    env: { ...spec.env, S3_ENDPOINT: endpoint, AWS_ENDPOINT_URL_S3: endpoint, LOG_LEVEL: "error" },
  });
  try {
    const service = inBucket((await environment.service("sqlite")).spec);
    const measureOn = async (spec: CandidateSpec, measure: (url: string) => Promise<boolean>): Promise<boolean> => {
      const candidate = await startCandidate(spec);
      try {
        return await measure(`http://127.0.0.1:${candidate.port}`);
      } finally {
        await candidate.stop();
      }
    };
    const met: boolean[] = [];
    if ("throughput".includes(values.only)) {
      const plan = { endpoint, folder, rounds, mib: Number(values.mib) };
      met.push(await measureOn(service, (url) => measureLargeFile({ ...plan, service: { url, ...target } })));
    }
    if ("files".includes(values.only)) {
      const plan = { endpoint, folder, rounds };
      met.push(await measureOn(service, (url) => measureManyFiles({ ...plan, service: { url, ...target } })));
      const toBucket = await openSlowLine(endpoint, SLOW_LINE_MS);
      const spec = { ...service, env: { ...service.env, S3_PUBLIC_ENDPOINT: toBucket.url } };
      const measureSlowly = async (url: string) => {
        const toService = await openSlowLine(url, SLOW_LINE_MS);
        const slow = { endpoint: toBucket.url, service: { url: toService.url, ...target }, delayMs: SLOW_LINE_MS };
        const isFast = await measureManyFiles({ ...slow, folder, rounds: Math.min(rounds, 3) });
        await toService.close();
        return isFast;
      };
      met.push(await measureOn(spec, measureSlowly));
      await toBucket.close();
    }
    if ("forms".includes(values.only)) {
      const article = inBucket((await environment.article()).spec);
      met.push(await measureForms({ article, service, ...target, rounds: Number(values["form-rounds"]) }));
    }
    return met.every(Boolean);
  } finally {
    await environment.close();
  }
}
