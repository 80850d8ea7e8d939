import { beforeEach, describe, expect, it } from "vitest";
import type { Tx } from "../../platform/database/queries.ts";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { usageQueries } from "../usage/queries.ts";
import { backupQueries } from "./backup-queries.ts";
import { objectDeletionQueries } from "./queries.ts";

const END_OF_TIME = 1e15;

describe.each(engines)("queued deletions of objects on $name", (engine) => {
  const suite = useDatabase(engine);
  beforeEach(async () => {
    await suite.db.kysely.deleteFrom("object_deletions").execute();
  });

  const settle = (objectKeys: string[], times: { now: number; againAt: number }) =>
    suite.db.transaction((tx) => objectDeletionQueries(tx).settle(objectKeys, times));

  it("queued deletions of objects are listed in the order of their due times", async () => {
    const { put, cancel, listDue, postpone } = objectDeletionQueries(suite.db);
    await put({ objectKey: "b", notBefore: 200 });
    await put({ objectKey: "a", notBefore: 100 });
    await put({ objectKey: "c", notBefore: 300 });
    const a = { objectKey: "a", notBefore: 100, attempts: 0 };
    expect(await listDue(200, 10)).toEqual([a, { objectKey: "b", notBefore: 200, attempts: 0 }]);
    expect(await listDue(300, 1)).toEqual([a]);

    await postpone(a, { notBefore: 250 });
    await postpone({ ...a, notBefore: 250 }, { notBefore: 350 });
    // The deletion has changed since the read of `a`, so the call does nothing.
    await postpone(a, { notBefore: 999 });
    expect(await listDue(349, 10)).toMatchObject([{ objectKey: "b" }, { objectKey: "c" }]);
    expect(await listDue(350, 10)).toContainEqual({ objectKey: "a", notBefore: 350, attempts: 2 });

    await put({ objectKey: "c", notBefore: 50 });
    expect(await listDue(50, 10)).toEqual([{ objectKey: "c", notBefore: 50, attempts: 0 }]);

    for (const objectKey of ["a", "b", "c", "never queued"]) await cancel(objectKey);
    expect(await listDue(END_OF_TIME, 10)).toEqual([]);
  });

  it("the service runs each queued deletion of an object twice", async () => {
    const { put, listDue } = objectDeletionQueries(suite.db);
    await put({ objectKey: "a", notBefore: 100 });
    await put({ objectKey: "later", notBefore: 500 });
    await settle(["a", "later", "never queued"], { now: 100, againAt: 1_100 });
    await settle([], { now: 100, againAt: 1_100 });
    // Another replica settles the deletion a moment later, and changes nothing.
    await settle(["a"], { now: 101, againAt: 1_101 });
    expect(await listDue(1_099, 10)).toEqual([{ objectKey: "later", notBefore: 500, attempts: 0 }]);
    expect(await listDue(1_100, 10)).toContainEqual({ objectKey: "a", notBefore: 1_100, attempts: 0 });
    await settle(["a"], { now: 1_100, againAt: 2_100 });
    expect(await listDue(END_OF_TIME, 10)).toMatchObject([{ objectKey: "later" }]);
  });

  it("the list of due deletions never contains the object of a ready or pending file", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    const { put, listDue } = objectDeletionQueries(suite.db);
    await put({ objectKey: attachment.objectKey, notBefore: 100 });
    expect(await listDue(END_OF_TIME, 10)).toEqual([]);
    await attachmentQueries(suite.db).transition(attachment.id, { from: "pending", to: "ready" });
    expect(await listDue(END_OF_TIME, 10)).toEqual([]);
    await attachmentQueries(suite.db).transition(attachment.id, { from: "ready", to: "rejected" });
    expect(await listDue(END_OF_TIME, 10)).toHaveLength(1);
    await attachmentQueries(suite.db).delete(attachment.id);
    expect(await listDue(END_OF_TIME, 10)).toHaveLength(1);
  });

  const held = { objectKey: "a", ownerId: "hal", sizeBytes: 7, expiresAt: 100 };

  it("a deletion stays in the queue until its reservation is released", async () => {
    const { hold, find, releaseExpired } = usageQueries(suite.db);
    await hold(held);
    for (const now of [100, 200]) await settle(["a"], { now, againAt: now + 100 });
    expect(await find("hal")).toMatchObject({ bytes: 7, files: 1 });
    expect(await releaseExpired(99, 9)).toBe(0);
    expect(await releaseExpired(100, 9)).toBe(1);
    expect(await find("hal")).toMatchObject({ bytes: 0, files: 0 });
    await settle(["a"], { now: 300, againAt: 400 });
    expect(await objectDeletionQueries(suite.db).find("a")).toBeUndefined();
  });

  it.each([
    ["is cancelled", (tx: Tx) => objectDeletionQueries(tx).cancel("a")],
    ["is dropped by a restored backup", (tx: Tx) => backupQueries(tx).dropDeletions({ after: "", before: "b" })],
  ])("a deletion that %s releases its reservation", async (_how, end) => {
    const { hold, find } = usageQueries(suite.db);
    await hold(held);
    await suite.db.transaction(end);
    expect(await find("hal")).toMatchObject({ bytes: 0, files: 0 });
    expect(await objectDeletionQueries(suite.db).find("a")).toBeUndefined();
  });

  it("a queued deletion restarts if its object is queued again between the two runs", async () => {
    const { put, listDue } = objectDeletionQueries(suite.db);
    await put({ objectKey: "a", notBefore: 100 });
    await settle(["a"], { now: 100, againAt: 1_100 });
    await put({ objectKey: "a", notBefore: 300 });
    await settle(["a"], { now: 300, againAt: 1_300 });
    expect(await listDue(1_300, 10)).toMatchObject([{ objectKey: "a" }]);
    await settle(["a"], { now: 1_300, againAt: 2_300 });
    expect(await listDue(END_OF_TIME, 10)).toEqual([]);
  });
});
