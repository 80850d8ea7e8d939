import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import { migrationsFor } from "./index.ts";

type TestTables = {
  notes: { id: string; owner_id: string; title: string; body: string; created_at: number; updated_at: number };
  note_shares: { note_id: string; user_id: string; role: string; created_at: number; created_by: string };
  note_sharers: { user_id: string; owner_id: string };
};

describe.each(emptyDatabases)("the migration to the index for searches on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("lists the owners of the notes that were shared before and after it", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<TestTables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const share = async (id: string) => {
      const note = { id, owner_id: `owner of ${id}`, title: "", body: "", created_at: 1, updated_at: 1 };
      await db.insertInto("notes").values(note).execute();
      const values = { note_id: id, user_id: "bob", role: "viewer", created_at: 1, created_by: "ann" };
      await db.insertInto("note_shares").values(values).execute();
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0037");
    for (const [, migration] of before) await migration.up(db);
    await share("older");
    await migrationsFor(name)["0037-search-index"]?.up(db);
    await share("newer");
    const rows = await db.selectFrom("note_sharers").selectAll().orderBy("owner_id").execute();
    expect(rows.map(({ owner_id }) => owner_id)).toEqual(["owner of newer", "owner of older"]);
  });
});
