import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import type { Tables } from "../schema.ts";
import { migrationsFor } from "./index.ts";

type TablesBefore = Tables & { signed_forms: Record<string, string | number | null> };

describe.each(emptyDatabases)("the migration that drops signed forms on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("keeps the queued deletions of the objects of signed forms", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<TablesBefore>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0011");
    for (const [, migration] of before) await migration.up(db);
    const form = {
      id: "form",
      note_id: "note",
      user_id: "ann",
      object_key: "objects/form",
      filename: "report.pdf",
      content_type: "application/pdf",
      min_bytes: 0,
      max_bytes: 1_000,
      upload_id: null,
      expires_at: 900_000,
      created_at: 1,
      look_at: 1_000,
    };
    const deletion = { object_key: "objects/form", not_before: 605_700_000, attempts: 0, swept_at: null };
    await db.insertInto("signed_forms").values(form).execute();
    await db.insertInto("object_deletions").values(deletion).execute();
    await migrationsFor(name)["0011-drop-signed-forms"]?.up(db);
    expect((await db.introspection.getTables()).map((table) => table.name)).not.toContain("signed_forms");
    const rows = await db.selectFrom("object_deletions").selectAll().execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([deletion]);
  });
});
