import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import type { Tables } from "../schema.ts";
import type { AttachmentState } from "../unions.ts";
import { migrationsFor } from "./index.ts";

describe.each(emptyDatabases)("the migration to quotas on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("counts the files of each owner, without adopted and ended ones", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<Tables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const migrations = migrationsFor(name);
    const run = async (version: string) => {
      for (const [key, migration] of Object.entries(migrations)) if (key.startsWith(version)) await migration.up(db);
    };
    await run("0001");
    await run("0003");
    const note = { id: "n", owner_id: "ann", title: "", body: "", created_at: 1, updated_at: 1 };
    await db.insertInto("notes").values(note).execute();
    const attach = (id: string, given: { owner?: string; state?: AttachmentState; owns?: 0 | 1; size?: number }) =>
      db
        .insertInto("attachments")
        .values({
          id,
          note_id: "n",
          owner_id: given.owner ?? "ann",
          created_by: "eve",
          object_key: id,
          filename: id,
          owns_object: given.owns ?? 1,
          content_type: "a/b",
          size_bytes: given.size ?? 10,
          created_at: 1,
          checksum_sha256: null,
          state: given.state ?? "ready",
        })
        .execute();
    await attach("a", { size: 5 * 2 ** 40 });
    await attach("b", { state: "pending" });
    await attach("c", { state: "verifying" });
    for (const state of ["rejected", "aborted", "expired"] as const) await attach(state, { state });
    await attach("adopted", { owns: 0 });
    await attach("bob's", { owner: "bob", size: 0 });
    await attach("cid's", { owner: "cid", state: "aborted" });
    await run("0005");
    const rows = await db.selectFrom("usage").selectAll().orderBy("owner_id").execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { owner_id: "ann", used_bytes: 5 * 2 ** 40 + 20, files: 3 },
      { owner_id: "bob", used_bytes: 0, files: 1 },
    ]);
  });
});
