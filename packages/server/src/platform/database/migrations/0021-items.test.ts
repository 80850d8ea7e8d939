import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import type { Tables } from "../schema.ts";
import { migrationsFor } from "./index.ts";

const note = { id: "n", owner_id: "ann", title: "", body: "", created_at: 1, updated_at: 1 };

describe.each(emptyDatabases)("the migration to items on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  async function migrate({ isUsed }: { isUsed: boolean }) {
    const { dialect, remove } = await open();
    const db = new Kysely<Tables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    for (const [key, migration] of Object.entries(migrationsFor(name))) {
      if (key === "0021-items" && isUsed) await db.insertInto("notes").values(note).execute();
      await migration.up(db);
    }
    return db.selectFrom("application").selectAll().execute();
  }

  it("gives a database that the service has used to the service", async () => {
    expect(await migrate({ isUsed: true })).toEqual([{ id: 1, name: "service", bucket: "" }]);
  });

  it("gives an unused database to nobody", async () => {
    expect(await migrate({ isUsed: false })).toEqual([]);
  });
});
