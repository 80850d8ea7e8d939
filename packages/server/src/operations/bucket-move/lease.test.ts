import { describe, expect, it, onTestFinished } from "vitest";
import { migrationsFor } from "../../platform/database/migrations/index.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { leaseMove } from "./lease.ts";

describe.each(engines)("the lease of a bucket move on $name", ({ name, createLocation }) => {
  const earlier = Object.fromEntries(Object.entries(migrationsFor(name)).filter(([one]) => one < "0107"));

  /** Leases a bucket move on a new database. `needed`: the lowest required migration in the database before the lease. */
  async function leased({ needed }: { needed?: string } = {}) {
    const { location, remove } = await createLocation({ migrated: true });
    onTestFinished(remove);
    // Before the first bucket move, an earlier version can open the database.
    await (await openAt(location, { migrations: earlier })).close();
    const db = await openAt(location);
    const compatibility = db.kysely.updateTable("schema_compatibility");
    if (needed !== undefined) await compatibility.set({ needed_migration: needed }).execute();
    const options = { number: 1, places: { 1: "old", 2: "new" }, onWait: () => undefined };
    await (await leaseMove({ db, clock: Date.now }, options)).end();
    const row = await db.kysely.selectFrom("schema_compatibility").selectAll().executeTakeFirst();
    await db.close();
    return { location, needed: row?.needed_migration };
  }

  it("after the start of a bucket move, older versions refuse to open the database", async () => {
    const { location } = await leased();
    await expect(openAt(location, { migrations: earlier })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("needs a version with the migration 0107-bucket-numbers"),
    });
    await (await openAt(location)).close();
  });

  it("a bucket move does not lower the minimum version that the database requires", async () => {
    expect((await leased({ needed: "0110-audit-partitions" })).needed).toBe("0110-audit-partitions");
  });
});
