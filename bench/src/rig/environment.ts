import { cp, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { startBucket } from "../upload/bucket.ts";
import { type AuditedUrls, readAuditedUrls } from "./audited-urls.ts";
import type { CandidateSpec } from "./candidate.ts";
import {
  articleSpec,
  bareSpec,
  beforeSpec,
  type DataLocation,
  type Engine,
  embeddingSpec,
  type PeerPlace,
  peerSpec,
  serviceSpec,
} from "./candidate-specs.ts";
import type { Dataset } from "./dataset.ts";
import { endUploads } from "./end-uploads.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { createScratch } from "./scratch-directory.ts";
import { seedArticle } from "./seed-article.ts";
import { seedEmbedded } from "./seed-embedded.ts";
import { seedService } from "./seed-service.ts";

/**
 * A candidate whose data is ready, and functions that read its audit log and end its uploads. The article and the peers have neither an
 * audit log nor uploads.
 */
export type PreparedCandidate = {
  spec: CandidateSpec;
  readAuditedUrls?: () => Promise<AuditedUrls>;
  endUploads?: (started: { since: number }) => Promise<void>;
};

export type Environment = Awaited<ReturnType<typeof createEnvironment>>;

/**
 * Makes the environment of the candidates: a directory on a disk, a PostgreSQL server, and a copy of the data for each candidate. With
 * `hasBucket`, the service has an embedded bucket in a separate process. By default, the bucket is unreachable.
 */
export async function createEnvironment(dataset: Dataset, { hasBucket = false } = {}) {
  const scratch = await createScratch();
  const postgres = await startPostgres(scratch.path);
  const seeded = await seedBoth(dataset, { path: scratch.path, postgres });
  const bucket = hasBucket ? await startBucket(join(scratch.path, "bucket")) : undefined;
  const copyData = async (name: string, engine: Engine): Promise<DataLocation> => {
    const directory = join(scratch.path, `${name}-${engine}`);
    await mkdir(directory);
    if (engine === "postgres") return { directory, url: await postgres.createDatabase(name, { copyOf: SEED }) };
    await cp(seeded, directory, { recursive: true });
    return { directory };
  };
  const emptyPlace = async (name: string, engine: Engine): Promise<DataLocation> => {
    const directory = join(scratch.path, `${name}-${engine}`);
    await mkdir(directory);
    return engine === "postgres" ? { directory, url: await postgres.createDatabase(name) } : { directory };
  };
  const audited = (spec: CandidateSpec, where: DataLocation): PreparedCandidate => ({
    spec: bucket === undefined ? spec : { ...spec, env: { ...spec.env, S3_ENDPOINT: bucket.endpoint } },
    readAuditedUrls: () => readAuditedUrls(where),
    endUploads: (started) => endUploads(where, started),
  });
  const prepared = new Map<string, Promise<PreparedCandidate>>();
  const once = (name: string, make: () => Promise<PreparedCandidate>) => {
    const candidate = prepared.get(name) ?? make();
    prepared.set(name, candidate);
    return candidate;
  };
  return {
    description: postgres.version,
    path: scratch.path,
    article: () =>
      once("article", async () => {
        const directory = join(scratch.path, "article");
        await mkdir(directory);
        const url = await postgres.createDatabase("article");
        await seedArticle(url, dataset);
        return { spec: articleSpec({ directory, url }) };
      }),
    peer: (name: string, peer: Omit<PeerPlace, "directory">) =>
      once(name, async () => ({ spec: peerSpec(name, { ...peer, directory: scratch.path }) })),
    service: (engine: Engine) =>
      once(`service/${engine}`, async () => {
        const where = await copyData("service", engine);
        return audited(serviceSpec(engine, where), where);
      }),
    workers: (count: number) =>
      once(`workers/${count}`, async () => {
        const where = await copyData(`workers_${count}`, "postgres");
        const spec = serviceSpec("postgres", where);
        const env = { ...spec.env, WORKERS: String(count) };
        return audited({ ...spec, name: `${count} workers/postgres`, env }, where);
      }),
    before: (engine: Engine, checkout: string) =>
      once(`${checkout}/${engine}`, async () => {
        const where = await emptyPlace(basename(checkout), engine);
        const itsDatabase = await import(
          pathToFileURL(join(checkout, "packages/server/src/wiring/database/index.ts")).href
        );
        await seedService(where, dataset, itsDatabase);
        return audited(beforeSpec(engine, { where, checkout }), where);
      }),
    embedded: (engine: Engine) =>
      once(`embedded/${engine}`, async () => {
        const where = await emptyPlace("embedded", engine);
        await seedEmbedded(where, dataset);
        return audited(embeddingSpec(engine, where), where);
      }),
    bare: (engine: Engine) =>
      once(`bare/${engine}`, async () => {
        const where = await copyData("bare", engine);
        return audited(bareSpec(engine, where), where);
      }),
    close: async () => {
      await bucket?.stop();
      await postgres.stop();
      await scratch.remove();
    },
  };
}

const SEED = "seed";

/** Writes the data to one database of each engine. Each candidate gets a copy of one of them. Returns the directory of the SQLite file. */
async function seedBoth(dataset: Dataset, { path, postgres }: { path: string; postgres: Postgres }): Promise<string> {
  const directory = join(path, SEED);
  await mkdir(directory);
  await seedService({ directory, url: await postgres.createDatabase(SEED) }, dataset);
  await seedService({ directory }, dataset);
  return directory;
}
