import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { urlAuditLog } from "../../../packages/server/src/features/audit/queries.ts";
import { uploadQueries } from "../../../packages/server/src/features/uploads/queries/uploads.ts";
import {
  sampleAttachment,
  sampleEvent,
  sampleNote,
  sampleUpload,
} from "../../../packages/server/src/testing/database/samples.ts";
import { recordStatementNames } from "../../../packages/server/src/testing/database/statement-names.ts";
import { createTestPostgresDatabase, runSql } from "../../../packages/server/src/testing/database/test-databases.ts";
import { openPostgres } from "../../../packages/server/src/wiring/database/open-postgres.ts";
import { faultSuite } from "../doctor/fault.suite.ts";
import { healthyPoolers, poolerFaults } from "../doctor/faults/database-faults.ts";
import { examine, openStage } from "../doctor/stage.ts";
import { endOfCli, makePlace, type Place, type RunningService, startProcess } from "../testing/service.ts";
import { type PoolMode, startPgBouncer } from "../testing/start-pgbouncer.ts";
import { loadService, REQUESTS } from "./load.ts";

const REPLICAS = 6;
// `pg_locks` shows the locks of all databases, so the join selects the locks of the tested database.
const ADVISORY_LOCKS = `select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
where locktype = 'advisory' and datname = current_database()`;

/** Makes a new database behind PgBouncer. `makePlace` makes a place for a service with this database. */
async function openBehind(mode: PoolMode) {
  const database = await createTestPostgresDatabase();
  const pooler = await startPgBouncer(database.url, mode);
  const places: Place[] = [];
  return {
    url: pooler.url,
    directUrl: database.url,
    async makePlace(): Promise<Place> {
      const place = await makePlace({ DATABASE_URL: pooler.url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" });
      places.push(place);
      return place;
    },
    async remove() {
      for (const place of places) await place.remove();
      await pooler.stop();
      await database.remove();
    },
  };
}

// In transaction mode, all connections of the services share 5 server connections. In session mode, each connection needs its own server
// connection.
describe.each<PoolMode & { names: string[] }>([
  { mode: "transaction", preparedStatements: 0, size: 5, names: [] },
  {
    mode: "transaction",
    preparedStatements: 200,
    size: 5,
    names: ["vk_start_lock", "vk_start_record", "vk_url_audit"],
  },
  { mode: "session", preparedStatements: 0, size: 100, names: [] },
])("PgBouncer in $mode mode with max_prepared_statements=$preparedStatements", ({ names, ...mode }) => {
  let behind: Awaited<ReturnType<typeof openBehind>>;
  let service: RunningService;
  const open = () => openPostgres({ url: behind.url, clock: Date.now });

  beforeAll(async () => {
    behind = await openBehind(mode);
  });
  afterAll(() => behind.remove());

  it("no lock remains after several replicas migrate a database behind PgBouncer together", async () => {
    const opened = await Promise.all(Array.from({ length: REPLICAS }, open));
    expect(await runSql(behind.directUrl, ADVISORY_LOCKS)).toEqual([]);
    for (const db of opened) await db.close();
  });

  it("a start behind PgBouncer fails if a schema is set, and the error says why", async () => {
    const opening = openPostgres({ url: behind.url, schema: "valetkey", clock: Date.now });
    await expect(opening).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("is a pooler such as PgBouncer, which sets no schema"),
    });
  });

  it(`a service behind PgBouncer names its prepared statements ${JSON.stringify(names)}`, async () => {
    const recorder = await recordStatementNames(behind.url);
    onTestFinished(recorder.stop);
    const db = await openPostgres({ url: recorder.url, clock: Date.now });
    onTestFinished(db.close);
    await urlAuditLog(db).record(sampleEvent());
    const upload = sampleUpload(sampleAttachment(sampleNote()));
    const quota = { bytes: undefined, files: undefined };
    const start = { upload, isGranted: false, quota, maxPending: { ofUser: 1, ofNote: 1 }, startedBefore: 0 };
    // PgBouncer spreads simultaneous starts over its server connections. Each server connection must know the named statements.
    const starts = Array.from({ length: 20 }, () => uploadQueries(db).start(start));
    expect(await Promise.all(starts)).toEqual(Array(20).fill(undefined));
    expect(recorder.names()).toEqual(names);
  });

  it("a service behind PgBouncer serves 16 simultaneous callers without a failure", async () => {
    service = await startProcess(await behind.makePlace());
    onTestFinished(async () => {
      await service.stop();
    });
    expect(await loadService(service.url)).toEqual({ requests: REQUESTS, failures: [] });
  });
});

describe("PgBouncer with one server connection", () => {
  it("a starting replica waits while another client uses the only server connection", async () => {
    const behind = await openBehind({ mode: "transaction", preparedStatements: 0, size: 1 });
    onTestFinished(() => behind.remove());
    const held = runSql(behind.url, "select pg_sleep(4)");
    const opened = await openPostgres({ url: behind.url, clock: Date.now });
    await Promise.all([held, opened.close()]);
  });
});

describe("PgBouncer in statement mode", () => {
  it("the error of a start explains why PgBouncer in statement mode can't work", async () => {
    const behind = await openBehind({ mode: "statement", preparedStatements: 0, size: 5 });
    onTestFinished(behind.remove);
    const { code, stderr } = await endOfCli(await behind.makePlace(), ["start"]);
    expect(stderr).toContain("is PgBouncer in statement mode, which refuses transactions. Set pool_mode = transaction");
    expect(code).toBe(1);
  });
});

describe("the doctor behind PgBouncer", () => {
  faultSuite(poolerFaults);

  it.each(healthyPoolers)(
    "the doctor behind PgBouncer reports no false fault in $setup",
    async ({ findings, arrange }) => {
      const stage = await openStage();
      onTestFinished(stage.close);
      expect((await examine(await arrange(stage))).ids).toEqual(findings);
    },
  );
});
