import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import { fold } from "../../text/fold.ts";
import type { Tables } from "../schema.ts";
import { migrationsFor } from "./index.ts";

describe.each(emptyDatabases)("the migration to search on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("makes existing notes and files searchable, over many pages", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<Tables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0009");
    for (const [, migration] of before) await migration.up(db);
    const ids = Array.from({ length: 401 }, (_, nth) => `id-${nth}`);
    const times = { created_at: 1, updated_at: 1 };
    const file = { owner_id: "ann", created_by: "ann", owns_object: 1, content_type: "a/b", size_bytes: 1 } as const;
    for (const id of ids) {
      await db
        .insertInto("notes")
        .values({ id, owner_id: "ann", title: `É ${id}`, body: `Straße ${id}`, ...times })
        .execute();
      const own = { id, note_id: id, object_key: id, filename: `Ü ${id}.PDF`, state: "ready", created_at: 1 } as const;
      await db
        .insertInto("attachments")
        .values({ ...file, ...own })
        .execute();
    }
    await migrationsFor(name)["0009-search"]?.up(db);
    const notes = await db.selectFrom("notes").select(["id", "title_folded", "body_folded"]).execute();
    const files = await db.selectFrom("attachments").select(["id", "filename_folded"]).execute();
    expect([notes.length, files.length]).toEqual([ids.length, ids.length]);
    for (const note of notes) {
      expect(note).toMatchObject({ title_folded: fold(`é ${note.id}`), body_folded: fold(`STRASSE ${note.id}`) });
    }
    for (const { id, filename_folded } of files) expect(filename_folded).toBe(fold(`ü ${id}.pdf`));
  });
});
