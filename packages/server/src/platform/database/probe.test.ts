import { sql } from "kysely";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { urlAuditLog } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines, postgres, sqlite } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

describe.each(engines)("the probe of the database on $name", (engine) => {
  const fixture = useDatabase(engine);

  it("the probe of the database succeeds each time while the database accepts writes", async () => {
    for (let nth = 0; nth < 3; nth += 1) await fixture.db.probe();
  });
});

describe("the probe of the database on a full disk, on sqlite", () => {
  const fixture = useDatabase(sqlite);

  it("writes to SQLite fail with storage_full until the full disk has space again", async () => {
    const { db } = fixture;
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db.kysely);
    await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(db.kysely);
    const body = "x".repeat(100_000);
    await expect(noteQueries(db).insert(sampleNote({ body }))).rejects.toMatchObject({
      code: "storage_full",
      message: "The disk of the database is full",
    });
    await sql`pragma max_page_count = 100000`.execute(db.kysely);
    await noteQueries(db).insert(sampleNote({ body }));
  });
});

describe("the probe of a read-only database file, on sqlite", () => {
  const fixture = useDatabase(sqlite);

  it("the error from the probe of a read-only SQLite file names the cause", async () => {
    await sql`pragma query_only = on`.execute(fixture.db.kysely);
    await expect(fixture.db.probe()).rejects.toMatchObject({
      code: "database_unavailable",
      message: "The database can't be written. Check its disk, mount it for writing, and let the service write there.",
    });
  });
});

describe("the probe of a standby server, on postgres", () => {
  const fixture = useDatabase(postgres);

  it("the error from the probe of a PostgreSQL standby server names the cause", async () => {
    const client = new pg.Client({ connectionString: fixture.test.url });
    await client.connect();
    const name = new URL(fixture.test.url ?? "").pathname.slice(1);
    await client.query(`alter database "${name}" set default_transaction_read_only = on`);
    const others =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()";
    await client.query(others, [name]);
    await client.end();
    const readOnly = { code: "database_unavailable", message: "The database is read-only: it may be a standby" };
    // The first probes may fail because of a closed connection, and not because the database is read-only.
    await expect.poll(() => fixture.db.probe().catch((error) => error)).toMatchObject(readOnly);
    await expect
      .poll(() =>
        urlAuditLog(fixture.db)
          .probe()
          .catch((error) => error),
      )
      .toMatchObject(readOnly);
    await expect
      .poll(() =>
        urlAuditLog(fixture.db)
          .record(sampleEvent())
          .catch((error) => error),
      )
      .toMatchObject(readOnly);
  });
});

describe("a database on a disk that PostgreSQL can't write", () => {
  const fixture = useDatabase(postgres);

  // PostgreSQL reports a read-only disk with the code 42501, and a damaged disk with a code of the class 58.
  it.each(["42501", "58030"])(
    "the error of a write that PostgreSQL refuses with the code %s names the remedy",
    async (code) => {
      const { db } = fixture;
      await sql`
      create or replace function fail() returns trigger language plpgsql as
      $$ begin raise exception using errcode = ${sql.lit(code)}, message = 'could not open file'; end $$`.execute(
        db.kysely,
      );
      await sql`create or replace trigger fail before insert on notes execute function fail()`.execute(db.kysely);
      await expect(noteQueries(db).insert(sampleNote())).rejects.toMatchObject({
        code: "database_unavailable",
        message:
          "The database can't be written. Check the disk of PostgreSQL, and the rights of its user in DATABASE_URL.",
      });
    },
  );
});
