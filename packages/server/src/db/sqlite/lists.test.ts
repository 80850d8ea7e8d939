import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { sqlite } from "../testing/test-databases.ts";

// This test runs only on SQLite, because only SQLite must read the body of a note to reach the columns after the body.
it.each(["owned", "shared"])("lists %s notes from an index, without their bodies", async (scope) => {
  const { db, file, close } = await sqlite.open();
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  const page = { limit: 50, cursor: undefined, now: 0 };
  await (scope === "owned" ? db.notes.listOwned("ann", page) : db.notes.listShared("ann", page));
  const query = prepare.mock.calls[0]?.[0] ?? "";
  prepare.mockRestore();
  const reader = new DatabaseSync(file as string, { readOnly: true });
  const values = Array.from(query.matchAll(/\?/g), () => 1);
  const plan = reader.prepare(`explain query plan ${query}`).all(...values);
  reader.close();
  await close();
  expect(JSON.stringify(plan)).toContain("notes USING COVERING INDEX");
});
