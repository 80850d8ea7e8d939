import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import fc from "fast-check";
import { Kysely, sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqliteDialect } from "./dialect.ts";
import { openWriter } from "./file.ts";
import { Mutex } from "./write-group.ts";

type Tables = { facts: { id: string; value: number } };

async function openFacts() {
  const directory = await mkdtemp(join(tmpdir(), "valetkey-groups-"));
  const file = join(directory, "facts.db");
  const writer = await openWriter(file, { where: "mainThread" });
  writer.exec("create table facts (id text primary key, value integer not null) strict");
  const reader = new DatabaseSync(file, { readOnly: true });
  let commits = 0;
  const afterWrite = () => {
    commits += 1;
  };
  const dialect = sqliteDialect(writer, { writeLock: new Mutex(), patienceMs: 1_000, reader, afterWrite });
  const db = new Kysely<Tables>({ dialect });
  return {
    db,
    writer,
    commits: () => commits,
    /** Reads on another connection, which sees only committed rows. */
    committed: () => (reader.prepare("select id from facts").all() as { id: string }[]).map(({ id }) => id).toSorted(),
    add: (id: string, value = 1) => db.insertInto("facts").values({ id, value }).execute(),
    async close() {
      reader.close();
      await db.destroy();
      await rm(directory, { recursive: true });
    },
  };
}

type Facts = Awaited<ReturnType<typeof openFacts>>;

async function factsInTest(): Promise<Facts> {
  const facts = await openFacts();
  onTestFinished(() => facts.close());
  return facts;
}

describe("a group of SQLite writes", () => {
  it("SQLite writes that are ready at the same time share one commit", async () => {
    const facts = await factsInTest();
    await Promise.all(["a", "b", "c"].map((id) => facts.add(id)));
    expect([facts.commits(), facts.committed()]).toEqual([1, ["a", "b", "c"]]);
  });

  it("a single SQLite write commits without a wait for other writes", async () => {
    const facts = await factsInTest();
    for (const id of ["a", "b", "c"]) await facts.add(id);
    expect(facts.commits()).toBe(3);
  });

  it("one group commits at most 32 SQLite writes", async () => {
    const facts = await factsInTest();
    let groups = 0;
    const writes = Promise.all(Array.from({ length: 100 }, (_, index) => facts.add(String(index))));
    let isDone = false;
    void writes.then(() => {
      isDone = true;
    });
    while (!isDone) {
      groups = Math.max(groups, facts.commits());
      await turnOfLoop();
    }
    expect(facts.commits()).toBe(4);
    expect(groups).toBeGreaterThan(1);
  });

  it("a transaction that fails in a group of writes undoes only its own writes", async () => {
    const facts = await factsInTest();
    const first = facts.add("a");
    const failing = facts.db.transaction().execute(async (tx) => {
      await tx.insertInto("facts").values({ id: "b", value: 1 }).execute();
      throw new Error("on purpose");
    });
    const outcomes = await Promise.allSettled([first, failing, facts.add("a"), facts.add("c")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect([facts.commits(), facts.committed()]).toEqual([1, ["a", "c"]]);
  });

  it("after a conflict, a query sees the write of the group that caused the conflict", async () => {
    const facts = await factsInTest();
    const first = facts.add("a");
    const seenAfterRefusal = facts.add("a").catch(() => facts.committed());
    expect(await seenAfterRefusal).toEqual(["a"]);
    await first;
  });

  it("other connections see the writes of a group only after the commit", async () => {
    const facts = await factsInTest();
    const seen = facts.db.transaction().execute(async (tx) => {
      await tx.insertInto("facts").values({ id: "b", value: 1 }).execute();
      const inside = await tx.selectFrom("facts").select("id").execute();
      return [
        inside.length,
        facts.committed().length,
        (await facts.db.selectFrom("facts").selectAll().execute()).length,
      ];
    });
    await facts.add("a");
    expect(await seen).toEqual([1, 0, 0]);
  });

  it("all writes of a group fail when their commit fails", async () => {
    const facts = await factsInTest();
    facts.writer.exec(
      "create table kept (id text references facts deferrable initially deferred); pragma foreign_keys = on",
    );
    const outcomes = await Promise.allSettled([
      facts.add("a"),
      // SQLite checks the foreign key only at the commit.
      facts.db.transaction().execute((tx) =>
        tx
          .insertInto("kept" as never)
          .values({ id: "none" } as never)
          .execute(),
      ),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await facts.add("b");
    expect(facts.committed()).toEqual(["b"]);
  });

  it("all writes of a group fail with `storage_full` when one write fills the disk", async () => {
    const facts = await factsInTest();
    facts.writer.exec("create table blobs (id text, bytes blob); pragma max_page_count = 20");
    const big = { id: "big", bytes: Buffer.alloc(200_000) };
    const outcomes = await Promise.allSettled([
      facts.add("a"),
      facts.db
        .insertInto("blobs" as never)
        .values(big as never)
        .execute(),
      facts.add("c"),
    ]);
    const kept = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [["a", "big", "c"][index]] : []));
    expect(outcomes[1]).toMatchObject({ status: "rejected", reason: { code: "storage_full" } });
    expect(facts.committed()).toEqual(kept);
    await facts.add("d");
    expect(facts.committed()).toContain("d");
  });

  it("a query of raw SQL does not split a group of writes", async () => {
    const facts = await factsInTest();
    const query = sql`
      select id from facts`;
    await Promise.all([facts.add("a"), query.execute(facts.db), facts.add("b")]);
    expect([facts.commits(), facts.committed()]).toEqual([1, ["a", "b"]]);
  });

  it("a group of writes commits before a statement that cannot be in a transaction", async () => {
    const facts = await factsInTest();
    await Promise.all([facts.add("a"), sql`pragma wal_checkpoint(truncate)`.execute(facts.db), facts.add("b")]);
    expect(facts.committed()).toEqual(["a", "b"]);
  });
});

const tasks = fc.array(
  fc.record({
    startsAfter: fc.nat({ max: 3 }),
    adds: fc.array(fc.record({ id: fc.integer({ min: 0, max: 30 }).map(String), turns: fc.nat({ max: 2 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    fails: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

describe("interleaved SQLite transactions", () => {
  it("interleaved SQLite transactions have the same result as serial transactions", async () => {
    const run = async (given: typeof tasks extends fc.Arbitrary<infer T> ? T : never) => {
      const facts = await openFacts();
      try {
        const model = new Set<string>();
        await Promise.all(
          given.map(async ({ startsAfter, adds, fails }) => {
            for (let turn = 0; turn < startsAfter; turn += 1) await turnOfLoop();
            const own = new Set<string>();
            const transaction = facts.db.transaction().execute(async (tx) => {
              const found = await tx.selectFrom("facts").select("id").orderBy("id").execute();
              expect(found.map(({ id }) => id)).toEqual([...model].toSorted());
              for (const { id, turns } of adds) {
                const insert = tx.insertInto("facts").values({ id, value: 1 });
                // The duplicate row makes the transaction fail.
                await insert.execute();
                own.add(id);
                for (let turn = 0; turn < turns; turn += 1) await turnOfLoop();
              }
              if (fails) throw new Error("on purpose");
              for (const id of own) model.add(id);
            });
            const isKept = await transaction.then(
              () => true,
              () => false,
            );
            if (isKept) expect(facts.committed()).toEqual(expect.arrayContaining([...own]));
          }),
        );
        expect(facts.committed()).toEqual([...model].toSorted());
      } finally {
        await facts.close();
      }
    };
    await fc.assert(fc.asyncProperty(tasks, run), { numRuns: 60 });
  });
});
