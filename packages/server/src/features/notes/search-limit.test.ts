import { expect, it } from "vitest";
import { createPostgresSearch } from "../../platform/database/postgres/pool.ts";
import { openSqliteSearch } from "../../platform/database/sqlite/search.ts";
import { sampleNote } from "../../testing/database/samples.ts";
import { engines, type TestDatabase } from "../../testing/database/test-databases.ts";
import { noteQueries } from "./queries.ts";

// The search is slow, because every comparison fails only after half of the search text. A fast machine searches 50 notes in time.
const NOTES = 250;
const BODY = "a".repeat(200_000);
const SEARCH = `${"a".repeat(100)}b${"a".repeat(99)}`;

it.each(engines)("a search stops after its time limit, on $name", async (engine) => {
  const test = await engine.open();
  for (let nth = 0; nth < NOTES; nth += 1) await noteQueries(test.db).insert(sampleNote({ body: BODY }));
  await noteQueries(test.db).insert(sampleNote({ ownerId: "ben" }));
  const { search, close } = openSearch(test, { limitMs: 40 });
  const notes = noteQueries({ ...test.db, built: new Map(), search });
  // With this limit, a single query reads all notes.
  const page = { limit: NOTES, cursor: undefined };
  await expect(notes.listOwned("ann", { ...page, search: SEARCH })).rejects.toMatchObject({
    code: "search_timeout",
    message: expect.stringMatching(/^The search took longer than 0.04 seconds/),
  });
  // Each search has its own time limit. On a busy machine, Ben's search may also reach this limit, so the test repeats the search.
  await expect.poll(async () => (await notes.listOwned("ben", { ...page, search: "title" })).items).toHaveLength(1);
  await close();
  await test.close();
});

function openSearch({ db, file }: TestDatabase, limit: { limitMs: number }) {
  if (file === undefined) return { search: createPostgresSearch(db.kysely, limit), close: async () => undefined };
  const search = openSqliteSearch({ file, ...limit });
  return { search, close: search.close };
}
