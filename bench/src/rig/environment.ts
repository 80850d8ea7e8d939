import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type AuditedUrls, readAuditedUrls } from "./audited-urls.ts";
import type { CandidateSpec } from "./candidate.ts";
import { articleSpec, bareSpec, type DataLocation, type Engine, serviceSpec } from "./candidate-specs.ts";
import type { Dataset } from "./dataset.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { createScratch } from "./scratch-directory.ts";
import { seedArticle } from "./seed-article.ts";
import { seedService } from "./seed-service.ts";

/** A candidate with its data, and the reader of its audit log. The article has no audit log. */
export type PreparedCandidate = { spec: CandidateSpec; readAuditedUrls?: () => Promise<AuditedUrls> };

export type Environment = Awaited<ReturnType<typeof createEnvironment>>;

/** Makes the environment of the candidates: a directory on a disk, a PostgreSQL server, and a copy of the data for each. */
export async function createEnvironment(dataset: Dataset) {
  const scratch = await createScratch();
  const postgres = await startPostgres(scratch.path);
  const seeded = await seedBoth(dataset, { path: scratch.path, postgres });
  const copyData = async (name: string, engine: Engine): Promise<DataLocation> => {
    const directory = join(scratch.path, `${name}-${engine}`);
    await mkdir(directory);
    if (engine === "postgres") return { directory, url: await postgres.createDatabase(name, { copyOf: SEED }) };
    await cp(seeded, directory, { recursive: true });
    return { directory };
  };
  const audited = (spec: CandidateSpec, where: DataLocation): PreparedCandidate => ({
    spec,
    readAuditedUrls: () => readAuditedUrls(where),
  });
  return {
    description: postgres.version,
    article: async (): Promise<PreparedCandidate> => {
      const directory = join(scratch.path, "article");
      await mkdir(directory);
      const url = await postgres.createDatabase("article");
      await seedArticle(url, dataset);
      return { spec: articleSpec({ directory, url }) };
    },
    service: async (engine: Engine) => {
      const where = await copyData("service", engine);
      return audited(serviceSpec(engine, where), where);
    },
    bare: async (engine: Engine) => {
      const where = await copyData("bare", engine);
      return audited(bareSpec(engine, where), where);
    },
    close: async () => {
      await postgres.stop();
      await scratch.remove();
    },
  };
}

const SEED = "seed";

/** Seeds each engine once, because candidates get copies. Returns the directory of the SQLite file. */
async function seedBoth(dataset: Dataset, { path, postgres }: { path: string; postgres: Postgres }): Promise<string> {
  const directory = join(path, SEED);
  await mkdir(directory);
  await seedService({ directory, url: await postgres.createDatabase(SEED) }, dataset);
  await seedService({ directory }, dataset);
  return directory;
}
