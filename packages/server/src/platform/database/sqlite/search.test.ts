import { rename } from "node:fs/promises";
import type { CompiledQuery } from "kysely";
import { expect, it } from "vitest";
import { noteQueries } from "../../../features/notes/queries.ts";
import { searchIndexQueries } from "../../../features/notes/search-index-queries.ts";
import { sampleNote, summaryOf } from "../../../testing/database/samples.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";
import { openSqliteSearch } from "./search.ts";

// These tests run only on SQLite, because only SQLite has threads for searches. The tests of notes cover searches on all engines.
const TITLE = { limit: 50, cursor: undefined, search: "title" };

it("a search finds a note immediately after the commit of the note", async () => {
  const test = await sqlite.open();
  const notes = [sampleNote(), sampleNote(), sampleNote()];
  for (const [nth, note] of notes.entries()) {
    await noteQueries(test.db).insert(note);
    const { items } = await noteQueries(test.db).listOwned("ann", TITLE);
    expect(items).toEqual(
      notes
        .slice(0, nth + 1)
        .reverse()
        .map(summaryOf),
    );
  }
  await test.close();
});

it("each of several concurrent searches returns its own results", async () => {
  const test = await sqlite.open();
  const owners = Array.from({ length: 20 }, (_, nth) => `owner${nth}`);
  for (const ownerId of owners) await noteQueries(test.db).insert(sampleNote({ ownerId }));
  const found = await Promise.all(owners.map((ownerId) => noteQueries(test.db).listOwned(ownerId, TITLE)));
  expect(found.map(({ items }) => items.map(({ ownerId }) => ownerId))).toEqual(owners.map((ownerId) => [ownerId]));
  await test.close();
});

it("a search runs while another search is slow", async () => {
  const test = await sqlite.open();
  const search = openSqliteSearch({ file: test.file as string, limitMs: 1_500 });
  const run = (text: string) => search.run<unknown>({ sql: text, parameters: [] } as unknown as CompiledQuery);
  const ended: string[] = [];
  const endless =
    "with recursive n (n) as (select 1 union all select n + 1 from n) select max(n) from n where in_time(n)";
  // Both worker threads run before the slow search begins.
  await Promise.all([run("select 1"), run("select 1")]);
  await Promise.all([
    run(endless).catch(({ code }) => ended.push(code)),
    run("select 1").then(() => ended.push("fast")),
  ]);
  expect(ended).toEqual(["fast", "search_timeout"]);
  await search.close();
  await test.close();
});

it("a search inside a transaction finds a note that the transaction has written", async () => {
  const test = await sqlite.open();
  const note = sampleNote();
  await test.db.transaction(async (tx) => {
    await noteQueries(tx).insert(note);
    expect((await noteQueries(tx).listOwned("ann", TITLE)).items).toEqual([summaryOf(note)]);
    await expect(noteQueries(test.db).listOwned("ann", TITLE)).rejects.toThrow("Inside a transaction");
  });
  await test.close();
});

it("searches work again when the missing database file is back", async () => {
  const test = await sqlite.open();
  const file = test.file as string;
  const search = () => noteQueries(test.db).listOwned("ann", TITLE);
  await rename(file, `${file}-away`);
  const refused = expect.objectContaining({ code: "database_unavailable" });
  const results = await Promise.allSettled([search(), search()]);
  expect(results).toEqual([
    { status: "rejected", reason: refused },
    { status: "rejected", reason: refused },
  ]);
  await rename(`${file}-away`, file);
  expect((await search()).items).toEqual([]);
  await test.close();
});

it("a closing database finishes the running searches, and refuses new searches", async () => {
  const test = await sqlite.open();
  await noteQueries(test.db).insert(sampleNote());
  await searchIndexQueries(test.db).indexSome();
  const replica = await test.openAgain({ clock: Date.now });
  // The search index shows that no note has the searched text. Any other search would send a second request, which reads the texts.
  const before = noteQueries(replica).listOwned("ann", { ...TITLE, search: "no such text" });
  const closed = replica.close();
  expect((await before).items).toEqual([]);
  await closed;
  await expect(noteQueries(replica).listOwned("ann", TITLE)).rejects.toMatchObject({ code: "database_unavailable" });
  await test.close();
});
