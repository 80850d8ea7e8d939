import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CandidateSpec } from "./candidate.ts";
import { articleSpec, bareSpec, type Engine, type Place, serviceSpec } from "./candidates.ts";
import type { Dataset } from "./dataset.ts";
import { type Issued, readIssued } from "./issued.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { createScratch } from "./scratch.ts";
import { seedArticle } from "./seed-article.ts";
import { seedService } from "./seed-service.ts";

/** A candidate with its data in place, and what its audit says after the run; the article has none. */
export type Staged = { spec: CandidateSpec; readIssued?: () => Promise<Issued> };

export type Stage = {
  /** What was set up, for the report's head. */
  description: string;
  article(): Promise<Staged>;
  service(engine: Engine): Promise<Staged>;
  bare(engine: Engine): Promise<Staged>;
  close(): Promise<void>;
};

/** Everything that candidates need below them: a directory on a disk, a PostgreSQL, and the same data in each. */
export async function setStage(dataset: Dataset): Promise<Stage> {
  const scratch = await createScratch();
  const postgres = await startPostgres(scratch.path);
  const seeded = await seedBoth(dataset, { path: scratch.path, postgres });
  const place = async (name: string, engine: Engine): Promise<Place> => {
    const directory = join(scratch.path, `${name}-${engine}`);
    await mkdir(directory);
    if (engine === "postgres") {
      return { directory, url: await postgres.createDatabase(name, { copyOf: SEED }) };
    }
    await cp(seeded, directory, { recursive: true });
    return { directory };
  };
  const audited = (spec: CandidateSpec, where: Place) => ({ spec, readIssued: () => readIssued(where) });
  return {
    description: postgres.version,
    article: async () => {
      const directory = join(scratch.path, "article");
      await mkdir(directory);
      const url = await postgres.createDatabase("article");
      await seedArticle(url, dataset);
      return { spec: articleSpec({ directory, url }) };
    },
    service: async (engine) => {
      const where = await place("service", engine);
      return audited(serviceSpec(engine, where), where);
    },
    bare: async (engine) => {
      const where = await place("bare", engine);
      return audited(bareSpec(engine, where), where);
    },
    close: async () => {
      await postgres.stop();
      await scratch.remove();
    },
  };
}

const SEED = "seed";

/** Seeds each engine once; candidates get copies. Answers the directory of the SQLite file. */
async function seedBoth(dataset: Dataset, { path, postgres }: { path: string; postgres: Postgres }): Promise<string> {
  const directory = join(path, SEED);
  await mkdir(directory);
  await seedService({ directory, url: await postgres.createDatabase(SEED) }, dataset);
  await seedService({ directory }, dataset);
  return directory;
}
