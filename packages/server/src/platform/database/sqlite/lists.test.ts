import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { attachmentQueries } from "../../../features/attachments/queries.ts";
import { noteQueries } from "../../../features/notes/queries.ts";
import { uploadQueries } from "../../../features/uploads/queries/uploads.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";
import type { Database } from "../queries.ts";

const page = { limit: 50, cursor: undefined, now: 0 };

/** Returns the query plan of the first query that `list` runs. */
async function planOf(list: (db: Database) => Promise<unknown>): Promise<string> {
  const { db, file, close } = await sqlite.open();
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  await list(db);
  const query = prepare.mock.calls[0]?.[0] ?? "";
  prepare.mockRestore();
  const reader = new DatabaseSync(file as string, { readOnly: true });
  // A compiled query has numbered parameters, and can use a parameter several times.
  const values = Array.from(new Set(query.match(/\?\d+/g) ?? query.match(/\?/g)), () => 1);
  const plan = reader.prepare(`explain query plan ${query}`).all(...values);
  reader.close();
  await close();
  return JSON.stringify(plan);
}

// The tests of query plans run only on SQLite, because a query plan of PostgreSQL depends on the number of rows.
describe("lists on SQLite", () => {
  // Only SQLite must read the body of a note to reach the columns after the body.
  it("SQLite reads the list of owned notes from an index, and reads no note body", async () => {
    expect(await planOf((db) => noteQueries(db).listOwned("ann", page))).toContain("notes USING COVERING INDEX");
  });

  it("SQLite reads the list of shared notes from an index, and reads no note body", async () => {
    expect(await planOf((db) => noteQueries(db).listShared("ann", page))).toContain("notes USING COVERING INDEX");
  });

  it("SQLite counts the files of a note with two indexes, and reads no file row", async () => {
    const plan = await planOf((db) => attachmentQueries(db).countOfNote("note", "viewer"));
    for (const index of ["attachments_of_note", "attachments_unready"]) {
      expect(plan).toContain(`SEARCH attachments USING COVERING INDEX ${index} (note_id=?)`);
    }
  });

  const files: [name: string, searches: number, list: (db: Database) => Promise<unknown>][] = [
    ["a page has the sent and the pending files", 2, (db) => attachmentQueries(db).pageOfNote("note", page)],
    ["the limit has the pending files", 1, (db) => uploadQueries(db).countPending({ userId: "ann", noteId: "note" })],
  ];

  it.each(files)("SQLite reads only the files of a note that the query needs (%s)", async (_name, searches, list) => {
    const searched = /attachments USING (?:COVERING )?INDEX attachments_of_note \(note_id=\? AND <expr>=\?/g;
    expect((await planOf(list)).match(searched)).toHaveLength(searches);
  });
});
