import { rename } from "node:fs/promises";
import { expect, it } from "vitest";
import { sampleNote, summaryOf } from "../testing/samples.ts";
import { sqlite } from "../testing/test-databases.ts";

// These tests run only on SQLite, because only SQLite has a thread for searches. The tests of notes cover searches on both engines.
const TITLE = { limit: 50, cursor: undefined, search: "title" };

it("finds a note right after its commit, in the order of other lists", async () => {
  const test = await sqlite.open();
  const notes = [sampleNote(), sampleNote(), sampleNote()];
  for (const [nth, note] of notes.entries()) {
    await test.db.notes.insert(note);
    const { items } = await test.db.notes.listOwned("ann", TITLE);
    expect(items).toEqual(
      notes
        .slice(0, nth + 1)
        .reverse()
        .map(summaryOf),
    );
  }
  await test.close();
});

it("runs concurrent searches, each with its own result", async () => {
  const test = await sqlite.open();
  const owners = Array.from({ length: 20 }, (_, nth) => `owner${nth}`);
  for (const ownerId of owners) await test.db.notes.insert(sampleNote({ ownerId }));
  const found = await Promise.all(owners.map((ownerId) => test.db.notes.listOwned(ownerId, TITLE)));
  expect(found.map(({ items }) => items.map(({ ownerId }) => ownerId))).toEqual(owners.map((ownerId) => [ownerId]));
  await test.close();
});

it("finds a note of the same transaction", async () => {
  const test = await sqlite.open();
  const note = sampleNote();
  await test.db.transaction(async (tx) => {
    await tx.notes.insert(note);
    expect((await tx.notes.listOwned("ann", TITLE)).items).toEqual([summaryOf(note)]);
    await expect(test.db.notes.listOwned("ann", TITLE)).rejects.toThrow("Inside a transaction");
  });
  await test.close();
});

it("fails while the file is missing, and recovers when it is back", async () => {
  const test = await sqlite.open();
  const file = test.file as string;
  const search = () => test.db.notes.listOwned("ann", TITLE);
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

it("finishes its searches before it closes, and refuses later ones", async () => {
  const test = await sqlite.open();
  await test.db.notes.insert(sampleNote());
  const replica = await test.openAgain({ clock: Date.now });
  // This search must find no note. A search that finds a note makes a second request, for the files of the note.
  const before = replica.notes.listOwned("ann", { ...TITLE, search: "no such text" });
  const closed = replica.close();
  expect((await before).items).toEqual([]);
  await closed;
  await expect(replica.notes.listOwned("ann", TITLE)).rejects.toMatchObject({ code: "database_unavailable" });
  await test.close();
});
