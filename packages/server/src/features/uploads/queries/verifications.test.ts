import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { trashQueries } from "../../trash/queries.ts";
import { verificationQueries } from "./verifications.ts";

const MINUTE = 60_000;

describe.each(engines)("the queue of verifications on $name", (engine) => {
  const suite = useDatabase(engine);
  async function queue(given: { dueAt?: number; needsScan?: boolean } = {}) {
    const note = sampleNote();
    const attachment = sampleAttachment(note, { state: "verifying" });
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    const check = { attachmentId: attachment.id, etag: '"abc"', needsScan: false, dueAt: 1_000, ...given };
    await verificationQueries(suite.db).insert(check);
    return { note, attachment, check };
  }

  const lease = (now: number, holder = "one", canScan = true) =>
    verificationQueries(suite.db).lease({ now, holder, leaseEndsAt: now + MINUTE, canScan });

  async function drain(): Promise<void> {
    for (;;) {
      const left = await lease(Number.MAX_SAFE_INTEGER - MINUTE);
      if (left === undefined) return;
      await verificationQueries(suite.db).remove(left.attachmentId);
    }
  }

  it("a replica leases the verification that is due first", async () => {
    const second = await queue({ dueAt: 2_000 });
    const first = await queue({ dueAt: 1_000, needsScan: true });
    expect(await lease(999)).toBeUndefined();
    const taken = { holder: "one", attempts: 1, etag: '"abc"' };
    expect(await lease(2_000)).toEqual({ ...taken, attachmentId: first.attachment.id, needsScan: true });
    expect(await lease(2_000)).toEqual({ ...taken, attachmentId: second.attachment.id, needsScan: false });
    expect(await lease(2_000)).toBeUndefined();
    await drain();
  });

  it("no replica leases a verification while its file is in the trash", async () => {
    const { note, attachment } = await queue();
    const item = { id: `trash-${note.id}`, noteId: note.id, ownerId: note.ownerId, deletedBy: "ann", deletedAt: 1 };
    await suite.db.transaction((tx) => trashQueries(tx).putNote(item));
    expect(await lease(5_000)).toBeUndefined();
    await suite.db.transaction((tx) =>
      trashQueries(tx).restore({ ...item, noteTitle: note.title, attachment: undefined }),
    );
    expect((await lease(5_000))?.attachmentId).toBe(attachment.id);
    await drain();
  });

  it("simultaneous callers lease each verification only once", async () => {
    const queued = await Promise.all(Array.from({ length: 8 }, () => queue()));
    const leases = await Promise.all(Array.from({ length: 24 }, (_, nth) => lease(5_000, `holder ${nth}`)));
    const taken = leases.flatMap((verification) => (verification === undefined ? [] : [verification.attachmentId]));
    for (let more = await lease(5_000); more !== undefined; more = await lease(5_000)) taken.push(more.attachmentId);
    expect(taken.sort()).toEqual(queued.map(({ attachment }) => attachment.id).sort());
    await drain();
  });

  it("a verification is due again after its lease unless the holder renews the lease", async () => {
    const { attachment } = await queue();
    const held = { attachmentId: attachment.id, holder: "one" };
    await lease(5_000);
    expect(await verificationQueries(suite.db).renew(held, { leaseEndsAt: 5_000 + 2 * MINUTE })).toBe(true);
    expect(await lease(5_000 + MINUTE, "two")).toBeUndefined();
    expect(await lease(5_000 + 2 * MINUTE, "two")).toMatchObject({ holder: "two", attempts: 2 });
    expect(await verificationQueries(suite.db).renew(held, { leaseEndsAt: 1e12 })).toBe(false);
    await verificationQueries(suite.db).release(held, { dueAt: 0 });
    expect(await lease(5_000 + 2 * MINUTE, "three")).toBeUndefined();
    await drain();
  });

  it("a released verification is due again at the given instant", async () => {
    const { attachment } = await queue();
    await lease(5_000);
    await verificationQueries(suite.db).release({ attachmentId: attachment.id, holder: "one" }, { dueAt: 7_000 });
    expect(await lease(6_999, "two")).toBeUndefined();
    expect(await lease(7_000, "two")).toMatchObject({ attachmentId: attachment.id, attempts: 2 });
    await drain();
  });

  it("a verification that needs a scanner waits for a replica with a scanner", async () => {
    const { attachment } = await queue({ needsScan: true });
    await queue({ dueAt: 9_000 });
    expect(await verificationQueries(suite.db).countNeedingScan()).toBe(1);
    expect(await lease(5_000, "one", false)).toBeUndefined();
    expect(await lease(5_000)).toMatchObject({ attachmentId: attachment.id });
    await drain();
  });

  it("the deletion of a note deletes the queued verifications of its files", async () => {
    const { note } = await queue();
    await noteQueries(suite.db).delete(note.id);
    expect(await lease(5_000)).toBeUndefined();
    const late = verificationQueries(suite.db).insert({ attachmentId: "gone", etag: "", needsScan: false, dueAt: 0 });
    await expect(late).rejects.toMatchObject({ code: "attachment_not_found" });
  });
});
