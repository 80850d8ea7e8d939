import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import pg from "pg";
import {
  articleSpec,
  type CandidateSpec,
  type Engine,
  freePort,
  ownSpec,
  type PeerPlace,
  peerSpec,
  profileFlags,
  serviceSpec,
  startCandidate,
} from "./candidate.ts";
import type { Dataset } from "./dataset.ts";
import {
  type AuditedUrls,
  type DataLocation,
  endUploads,
  loadEmbeddedPostgres,
  readAuditedUrls,
  seedArticle,
  seedEmbedding,
  seedService,
} from "./service.ts";

/**
 * A candidate with its data. The functions read the audit log of the candidate, and end the candidate's uploads. The article and the peers
 * have neither an audit log nor uploads.
 */
export type PreparedCandidate = {
  spec: CandidateSpec;
  readAuditedUrls?: () => Promise<AuditedUrls>;
  endUploads?: (started: { since: number }) => Promise<void>;
};

export type Environment = Awaited<ReturnType<typeof createEnvironment>>;

/**
 * Creates the environment of the candidates: a directory on a disk, a PostgreSQL server, a bucket process, and data. A candidate creates
 * its tables at its first start, because another version can have other tables.
 */
export async function createEnvironment(dataset: Dataset) {
  const path = await createScratch();
  const postgres = await startPostgres(path);
  const bucket = await startBucket(join(path, "bucket"));
  const prepared = new Map<string, Promise<PreparedCandidate>>();

  async function placeOf(name: string, engine: Engine): Promise<DataLocation> {
    const directory = join(path, `${name}-${engine}`);
    await mkdir(directory);
    return engine === "postgres" ? { directory, url: await postgres.createDatabase(name) } : { directory };
  }

  function once(name: string, make: () => Promise<PreparedCandidate>): Promise<PreparedCandidate> {
    const candidate = prepared.get(name) ?? make();
    prepared.set(name, candidate);
    return candidate;
  }

  type Seeded = { name: string; engine: Engine; specOf: (where: DataLocation) => CandidateSpec };
  type Seed = (where: DataLocation, dataset: Dataset) => Promise<void>;

  /** Prepares a candidate that uses the tables of the service. The first start of the candidate creates the tables. */
  function withTables({ name, engine, specOf }: Seeded, { seed = seedService as Seed } = {}) {
    return once(`${name}/${engine}`, async () => {
      const where = await placeOf(name, engine);
      await (await startCandidate(specOf(where))).stop();
      await seed(where, dataset);
      const spec = specOf(where);
      return {
        spec: { ...spec, env: { ...spec.env, S3_ENDPOINT: bucket.endpoint } },
        readAuditedUrls: () => readAuditedUrls(where),
        endUploads: (started) => endUploads(where, started),
      };
    });
  }

  return {
    description: postgres.version,
    path,
    bucketEndpoint: bucket.endpoint,
    article: () =>
      once("article", async () => {
        const where = await placeOf("article", "postgres");
        await seedArticle(where, dataset);
        return { spec: articleSpec(where) };
      }),
    peer: (name: string, peer: Omit<PeerPlace, "directory">) =>
      once(name, async () => ({ spec: peerSpec(name, { ...peer, directory: path }) })),
    service: (engine: Engine) => withTables({ name: "service", engine, specOf: (where) => serviceSpec(engine, where) }),
    before: (engine: Engine, checkout: string) =>
      withTables({ name: basename(checkout), engine, specOf: (where) => serviceSpec(engine, where, checkout) }),
    embedding: (engine: Engine) =>
      withTables(
        { name: "embedding", engine, specOf: (where) => ownSpec("embedding", engine, where) },
        { seed: seedEmbedding },
      ),
    bare: (engine: Engine) => withTables({ name: "bare", engine, specOf: (where) => ownSpec("bare", engine, where) }),
    close: async () => {
      await bucket.stop();
      await postgres.stop();
      await rm(path, { recursive: true, force: true });
    },
  };
}

// The statfs types of the Linux file systems in memory. A flush in memory costs nothing, so figures from such a file system would be wrong.
const MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

/** Creates a directory on a real disk: in BENCH_DIR, or in the first default directory on a disk. */
export async function createScratch(): Promise<string> {
  const chosen = process.env.BENCH_DIR;
  for (const parent of chosen === undefined ? [tmpdir(), "/var/tmp", process.cwd()] : [chosen]) {
    const kind = await statfs(parent).then(
      ({ type }) => type,
      () => undefined,
    );
    if (kind !== undefined && !MEMORY_FILE_SYSTEMS.has(kind)) return mkdtemp(join(parent, "valetkey-bench-"));
  }
  throw new Error("Found no directory on a disk. Set BENCH_DIR to one.");
}

/** Starts the built-in bucket in a separate process with `dataDir` as its data folder. Throws if the process ends at its start. */
export async function startBucket(dataDir: string) {
  const child = fork(new URL("../servers/bucket.ts", import.meta.url), [dataDir], { execArgv: profileFlags("bucket") });
  const ended = once(child, "exit").then(([code]): never => {
    throw new Error(`The process of the bucket has ended with ${code}. Its output is above`);
  });
  // Without this `catch`, the end of the process after `stop` would be an unhandled rejection.
  ended.catch(() => undefined);
  const [endpoint] = (await Promise.race([once(child, "message"), ended])) as [string];
  return {
    endpoint,
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

/** Uses the server at BENCH_DATABASE_URL, or starts a PostgreSQL server from npm. Throws if the server does not flush its commits. */
export async function startPostgres(directory: string) {
  const given = process.env.BENCH_DATABASE_URL;
  const cluster = given === undefined ? await startCluster(directory) : { url: given, stop: async () => {} };
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  const created: string[] = [];
  return {
    version: await describe(admin),
    /**
     * Creates an empty database, and returns its URL. `kept`: the name of a database that remains after the run, and that may already
     * exist.
     */
    async createDatabase(name: string, kept?: string): Promise<string> {
      const unique = kept ?? `valetkey_bench_${process.pid}_${name.replace(/\W/g, "_")}`.toLowerCase();
      const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [unique]);
      if (rowCount === 0) await admin.query(`CREATE DATABASE ${unique}`);
      if (kept === undefined) created.push(unique);
      const url = new URL(cluster.url);
      url.pathname = `/${unique}`;
      return url.href;
    },
    /**
     * Returns a function that returns the CPU time of the connections of one database since the first call. The CPU time is 0 if the server
     * does not run on this machine, or not on Linux.
     */
    cpuMeter(url: string): () => Promise<number> {
      const database = new URL(url).pathname.slice(1);
      const before = new Map<number, number>();
      let total = 0;
      return async () => {
        const activity = "SELECT pid FROM pg_stat_activity WHERE datname = $1";
        const { rows } = await admin.query<{ pid: number }>(activity, [database]);
        for (const { pid } of rows) {
          const spent = await cpuMicrosecondsOf(pid);
          total += spent - (before.get(pid) ?? 0);
          before.set(pid, spent);
        }
        return total;
      };
    },
    async stop() {
      for (const name of created) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
      await cluster.stop();
    },
  };
}

async function cpuMicrosecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => "0");
  return Number(text.split(" ")[0]) / 1000;
}

async function describe(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<Record<string, string>>(
    "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
  );
  const row = rows[0];
  if (row?.fsync !== "on" || row.commit !== "on")
    throw new Error("PostgreSQL runs without durability. Turn fsync and synchronous_commit on.");
  return `PostgreSQL ${row.version}, fsync ${row.fsync}, synchronous_commit ${row.commit}`;
}

async function startCluster(directory: string) {
  const port = await freePort();
  const databaseDir = join(directory, "postgres");
  // PostgreSQL refuses to run as root, so it runs with another account of the machine, which needs access to the directory.
  await chmod(directory, 0o755);
  // The directory of an earlier run with `--data` contains the PostgreSQL cluster of that run.
  await rm(databaseDir, { recursive: true, force: true });
  await mkdir(databaseDir);
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "bench",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: (error) => console.error(error),
  });
  await cluster.initialise();
  await cluster.start();
  return { url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`, stop: () => cluster.stop() };
}
