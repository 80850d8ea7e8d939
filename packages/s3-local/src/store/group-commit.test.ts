import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createContents } from "./contents.ts";
import { createGroupCommit } from "./group-commit.ts";

function start() {
  const database = new DatabaseSync(":memory:");
  database.exec(
    `CREATE TABLE segments (content_id TEXT, start INTEGER, blob TEXT, blob_offset INTEGER, length INTEGER, PRIMARY KEY (content_id, start));
     CREATE TABLE content_parts (content_id TEXT, part_number INTEGER, start INTEGER, size_bytes INTEGER, checksums TEXT,
       PRIMARY KEY (content_id, part_number));
     CREATE TABLE blobs (name TEXT PRIMARY KEY, segments INTEGER);
     CREATE TABLE completions (content_id TEXT PRIMARY KEY, upload_id TEXT)`,
  );
  const contents = createContents(database);
  const commits: string[][] = [];
  const write = createGroupCommit(database, {
    mark: contents.freedCount,
    undoTo: contents.keepFreed,
    committed: () => commits.push(contents.takeFreed()),
  });
  const staged = (blob: string) => ({ blob, sizeBytes: 3, md5: Buffer.alloc(16), checksums: [] });
  return { database, contents, commits, write, staged };
}

test("database changes of one turn of the event loop share one commit, in order", async () => {
  const { contents, commits, write, staged } = start();
  const ids = await Promise.all(["a", "b", "c"].map((blob) => write(() => contents.add(staged(blob)))));
  expect(ids.map((id) => contents.segments(id).map(({ blob }) => blob))).toEqual([["a"], ["b"], ["c"]]);
  expect(commits).toHaveLength(1);
});

test("a change that throws does not undo the other changes of its commit", async () => {
  const { contents, commits, write, staged } = start();
  const [kept, dropped] = await write(() => [contents.add(staged("a")), contents.add(staged("b"))] as const);
  const failing = write(() => {
    contents.drop(kept);
    throw new Error("no");
  });
  const working = write(() => contents.drop(dropped));
  await expect(failing).rejects.toThrow("no");
  await working;
  expect(commits).toEqual([[], ["b"]]);
  expect([contents.hasBlob("a"), contents.hasBlob("b"), contents.segments(kept).length]).toEqual([true, false, 1]);
});

test("a failed commit rejects all its changes without deleting a blob", async () => {
  const { database, contents, commits, write, staged } = start();
  const kept = await write(() => contents.add(staged("a")));
  database.exec(
    "PRAGMA foreign_keys = ON; CREATE TABLE other (id TEXT REFERENCES blobs (name) DEFERRABLE INITIALLY DEFERRED)",
  );
  const failing = write(() => database.exec("INSERT INTO other VALUES ('none')"));
  const beside = write(() => contents.drop(kept));
  await expect(failing).rejects.toThrow("FOREIGN KEY");
  await expect(beside).rejects.toThrow("FOREIGN KEY");
  expect(contents.hasBlob("a")).toBe(true);
  await write(() => contents.add(staged("b")));
  expect(commits).toEqual([[], []]);
});

test("the bucket deletes a blob together with the last content that uses the blob", async () => {
  const { contents, commits, write, staged } = start();
  const first = await write(() => contents.add(staged("a")));
  const copy = await write(() => contents.duplicate(first));
  await write(() => contents.drop(first));
  expect(contents.segments(copy)).toHaveLength(1);
  await write(() => contents.drop(copy));
  expect(commits).toEqual([[], [], [], ["a"]]);
});

test("the contents of 10,000 parts join into one content", async () => {
  const { contents, write, staged } = start();
  const parts = await write(() =>
    Array.from({ length: 10_000 }, (_, index) => ({
      contentId: contents.add(staged(`blob-${index}`)),
      sizeBytes: 3,
      checksums: [],
    })),
  );
  const joined = await write(() => contents.join(parts));
  expect(contents.segments(joined, { from: 3000, to: 3004 }).map(({ start, blob }) => [start, blob])).toEqual([
    [3000, "blob-1000"],
    [3003, "blob-1001"],
  ]);
  expect(contents.partCount(joined)).toBe(10_000);
  expect(contents.part(joined, 1_001)).toEqual({ from: 3000, to: 3003, checksums: [] });
  await write(() => contents.drop(joined));
  expect([contents.partCount(joined), contents.part(joined, 1)]).toEqual([0, undefined]);
});
