import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { ended, startChild } from "../../testing/database/child-process.ts";
import type { DatabaseLocation } from "../../testing/database/database-location.ts";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { findDrifts } from "./index.ts";
import { usageQueries } from "./queries.ts";

describe.each(engines)("usage on $name", (engine) => {
  const suite = useDatabase(engine);
  it("requirement 9: upload starts of two processes stay within the owner's quota", async () => {
    const { file, url } = suite.test;
    const location = (file === undefined ? { url } : { file }) as DatabaseLocation;
    const note = sampleNote({ ownerId: "ann" });
    await noteQueries(suite.db).insert(note);
    const processes = [1, 2].map(() => {
      const child = startChild("take-quota", [JSON.stringify(location), note.id]);
      if (child.stdout === null) throw new Error("the child has no output");
      return { child, end: ended(child), lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    });
    for (const { lines } of processes) expect((await lines.next()).value).toBe("ready");
    for (const { child } of processes) child.kill("SIGUSR2");
    const won = await Promise.all(processes.map(async ({ lines }) => Number((await lines.next()).value)));
    expect(await Promise.all(processes.map(({ end }) => end))).toEqual([0, 0]);
    expect(won.reduce((sum, each) => sum + each)).toBe(40);
    expect(await usageQueries(suite.db).find("ann")).toEqual({ bytes: 4_000, files: 40 });
    expect(await attachmentQueries(suite.db).listOfNote(note.id)).toHaveLength(40);
  });

  it("12 simultaneous deletions and aborts of a file release its quota only once", async () => {
    const note = sampleNote({ ownerId: "bob" });
    await noteQueries(suite.db).insert(note);
    const files = [1, 2, 4].map((sizeBytes) => sampleAttachment(note, { sizeBytes }));
    for (const attachment of files) await attachmentQueries(suite.db).insert(attachment);
    const [first] = files as [(typeof files)[number]];
    const removing = Array.from({ length: 12 }, (_, nth) =>
      suite.db.transaction(async (tx) => {
        if (nth % 2 === 0) await attachmentQueries(tx).delete(first.id);
        else await attachmentQueries(tx).transition(first.id, { from: "pending", to: "aborted" });
      }),
    );
    await Promise.all(removing);
    expect(await usageQueries(suite.db).find("bob")).toEqual({ bytes: 6, files: 2 });
    await noteQueries(suite.db).delete(note.id);
    expect(await usageQueries(suite.db).find("bob")).toEqual({ bytes: 0, files: 0 });
  });

  it("the byte quota of an owner replaces the default quota", async () => {
    const note = sampleNote({ ownerId: "eve" });
    await noteQueries(suite.db).insert(note);
    const quota = { bytes: 10, files: 3 };
    const insert = (sizeBytes: number) =>
      suite.db.transaction((tx) => attachmentQueries(tx).insert(sampleAttachment(note, { sizeBytes }), { quota }));
    await usageQueries(suite.db).setQuota("eve", { quotaBytes: 25 });
    await insert(20);
    await expect(insert(6)).rejects.toMatchObject({ code: "quota_exceeded" });
    await insert(5);
    await usageQueries(suite.db).setQuota("eve", { quotaBytes: 1 });
    // An empty file uses no bytes of the quota, and counts only in the number of files.
    await insert(0);
    await expect(insert(0)).rejects.toMatchObject({ code: "quota_exceeded" });
    const held = { objectKey: "held", ownerId: "eve", sizeBytes: 7, expiresAt: 1 };
    await suite.db.transaction((tx) => usageQueries(tx).hold(held));
    await suite.db.transaction((tx) => usageQueries(tx).recount("eve"));
    expect(await usageQueries(suite.db).find("eve")).toEqual({ bytes: 32, files: 4, quotaBytes: 1 });
    await usageQueries(suite.db).setQuota("eve", { quotaBytes: null });
    expect((await usageQueries(suite.db).find("eve")).quotaBytes).toBeUndefined();
    await suite.db.transaction((tx) => usageQueries(tx).release("held"));
    await noteQueries(suite.db).delete(note.id);
  });

  it("requirement 60: the file quota of an owner replaces the default quota", async () => {
    const note = sampleNote({ ownerId: "fay" });
    await noteQueries(suite.db).insert(note);
    const quota = { bytes: 10, files: 1 };
    const insert = () =>
      suite.db.transaction((tx) => attachmentQueries(tx).insert(sampleAttachment(note, { sizeBytes: 1 }), { quota }));
    await usageQueries(suite.db).setQuota("fay", { quotaFiles: 3 });
    await usageQueries(suite.db).setQuota("fay", { quotaBytes: 1_000 });
    for (let nth = 0; nth < 3; nth += 1) await insert();
    await expect(insert()).rejects.toMatchObject({
      code: "quota_exceeded",
      message: expect.stringContaining("3 files"),
    });
    await usageQueries(suite.db).setQuota("fay", { quotaFiles: 0 });
    await expect(insert()).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(await usageQueries(suite.db).find("fay")).toEqual({ bytes: 3, files: 3, quotaBytes: 1_000, quotaFiles: 0 });
    await noteQueries(suite.db).delete(note.id);
  });

  it("a recount corrects the usage counters that do not match the files", async () => {
    const owners = ["drift-a", "drift-b", "drift-c"];
    for (const ownerId of owners) {
      const note = sampleNote({ ownerId });
      await noteQueries(suite.db).insert(note);
      await attachmentQueries(suite.db).insert(sampleAttachment(note, { sizeBytes: 5 * 2 ** 40 }));
    }
    expect(await findDrifts(suite.db)).toEqual([]);
    const drifted = suite.db.kysely.updateTable("usage").set({ used_bytes: 1 }).where("owner_id", "in", owners);
    await drifted.execute();
    const actual = { bytes: 5 * 2 ** 40, files: 1 };
    const drifts = owners.map((ownerId) => ({ ownerId, counted: { bytes: 1, files: 1 }, actual }));
    for (const rowsAtOnce of [1, 2, 5_000]) expect(await findDrifts(suite.db, { rowsAtOnce })).toEqual(drifts);
    for (const ownerId of owners) await suite.db.transaction((tx) => usageQueries(tx).recount(ownerId));
    expect(await findDrifts(suite.db)).toEqual([]);
    expect(await usageQueries(suite.db).find("drift-a")).toEqual(actual);
  });
});
