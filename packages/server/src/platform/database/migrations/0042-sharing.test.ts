import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import { migrationsFor } from "./index.ts";

// biome-ignore lint/suspicious/noExplicitAny: the test inserts rows of many tables, as a replica of the version before does.
type AnyTables = Record<string, any>;

describe.each(emptyDatabases)("the migration to the list of shared notes and files on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("lists the notes and files that were shared before and after it", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<AnyTables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const common = { created_at: 1, created_by: "ann" };
    const note = async (id: string) => {
      const texts = { title: "", body: "", title_folded: "", body_folded: "" };
      await db
        .insertInto("notes")
        .values({ id, owner_id: "ann", ...texts, created_at: 1, updated_at: 1 })
        .execute();
      return id;
    };
    const shareAll = async (prefix: string) => {
      const share = { user_id: "bob", ...common };
      const noteId = await note(`${prefix} share`);
      await db
        .insertInto("note_shares")
        .values({ note_id: noteId, role: "viewer", ...share })
        .execute();
      const file = { id: `${prefix} file`, note_id: await note(`${prefix} file share`), owner_id: "ann", ...common };
      const object = { object_key: file.id, owns_object: 1, content_type: "text/plain", size_bytes: 1, state: "ready" };
      await db
        .insertInto("attachments")
        .values({ ...file, ...object, filename: "a", filename_folded: "a" })
        .execute();
      await db
        .insertInto("attachment_shares")
        .values({ attachment_id: file.id, ...share })
        .execute();
      const subject = { subject_id: file.id, attachment_id: file.id, note_id: await note(`${prefix} invitation`) };
      const invited = { email: "b@example.com", role: "viewer", invited_by: "ann", invited_at: 1, generation: 0 };
      const invitation = { id: `${prefix} invitation`, ...subject, ...invited, link_expires_at: 1 };
      await db.insertInto("invitations").values(invitation).execute();
      const link = { id: `${prefix} link`, generation: 0, kind: "download", note_id: await note(`${prefix} link`) };
      const counts = { claims: 0, opened: 0, urls_issued: 0, url_ttl_seconds: 60, password_version: 0 };
      const settings = { label: "", message: "", whole_note: 1, notify: "never", owner_id: "ann" };
      await db
        .insertInto("links")
        .values({ ...link, ...counts, ...settings, ...common })
        .execute();
      await note(`${prefix} private`);
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0042");
    for (const [, migration] of before) await migration.up(db);
    await shareAll("older");
    await migrationsFor(name)["0042-sharing"]?.up(db);
    await shareAll("newer");
    const rows = await db.selectFrom("shared_subjects").selectAll().orderBy("note_id").execute();
    expect(rows.map(({ note_id, subject_id }) => [note_id, subject_id])).toEqual(
      ["newer", "older"].flatMap((prefix) => [
        [`${prefix} file share`, `${prefix} file`],
        [`${prefix} invitation`, `${prefix} file`],
        [`${prefix} link`, `${prefix} link`],
        [`${prefix} share`, `${prefix} share`],
      ]),
    );
  });
});
