import { rename } from "node:fs/promises";
import { expect, it } from "vitest";
import { sampleNote } from "../testing/samples.ts";
import { sqlite } from "../testing/test-databases.ts";

// The thread is SQLite's alone; what the port promises of searches is tested on both engines elsewhere.
const TITLE = { limit: 50, cursor: undefined, search: "title" };

it("finds what was committed the moment before, in the order of other lists", async () => {
  const test = await sqlite.open();
  const notes = [sampleNote(), sampleNote(), sampleNote()];
  for (const [nth, note] of notes.entries()) {
    await test.db.notes.insert(note);
    const { items } = await test.db.notes.listOwned("ann", TITLE);
    expect(items).toEqual(notes.slice(0, nth + 1).reverse());
  }
  await test.close();
});

it("answers searches that come together, each with what it asked for", async () => {
  const test = await sqlite.open();
  const owners = Array.from({ length: 20 }, (_, nth) => `owner${nth}`);
  for (const ownerId of owners) await test.db.notes.insert(sampleNote({ ownerId }));
  const found = await Promise.all(owners.map((ownerId) => test.db.notes.listOwned(ownerId, TITLE)));
  expect(found.map(({ items }) => items.map(({ ownerId }) => ownerId))).toEqual(owners.map((ownerId) => [ownerId]));
  await test.close();
});

it("searches inside of a transaction see what that has written", async () => {
  const test = await sqlite.open();
  const note = sampleNote();
  await test.db.transaction(async (tx) => {
    await tx.notes.insert(note);
    expect((await tx.notes.listOwned("ann", TITLE)).items).toEqual([note]);
    await expect(test.db.notes.listOwned("ann", TITLE)).rejects.toThrow("Inside a transaction");
  });
  await test.close();
});

it("fails while the file can't be opened, and works again when it can", async () => {
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

it("answers what was asked before it is closed, and nothing after", async () => {
  const test = await sqlite.open();
  const note = sampleNote();
  await test.db.notes.insert(note);
  const replica = await test.openAgain({ clock: Date.now });
  const before = replica.notes.listOwned("ann", TITLE);
  const closed = replica.close();
  expect((await before).items).toEqual([note]);
  await closed;
  await expect(replica.notes.listOwned("ann", TITLE)).rejects.toMatchObject({ code: "database_unavailable" });
  await test.close();
});
