import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { noteQueries } from "../notes/queries.ts";
import { trashQueries } from "../trash/queries.ts";
import { type FileJob, fileJobQueries } from "./file-job-queries.ts";
import { attachmentQueries } from "./queries.ts";

const MINUTE = 60_000;
const DUE = 5_000;

describe.each(engines)("the queue of file jobs on $name", (engine) => {
  const suite = useDatabase(engine);
  const jobs = () => fileJobQueries(suite.db);

  async function queue({
    dueAt = 1_000,
    state = "verifying",
  }: {
    dueAt?: number;
    state?: "verifying" | "scanning";
  } = {}) {
    const note = sampleNote();
    const attachment = sampleAttachment(note, { state });
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    await jobs().insert({ attachmentId: attachment.id, kind: "verification", detail: '"abc"', dueAt });
    return { note, attachment };
  }

  const lease = (now: number, except?: "scanning") =>
    jobs().lease("verification", { now, leaseEndsAt: now + MINUTE, except });

  async function drain(): Promise<void> {
    for (;;) {
      const left = await lease(Number.MAX_SAFE_INTEGER - MINUTE);
      if (left === undefined) return;
      await jobs().finish(left.attachmentId, "verification");
    }
  }

  async function leaseOne(now: number): Promise<FileJob> {
    const leased = await lease(now);
    if (leased === undefined) throw new Error("No job is due.");
    return leased;
  }

  it("a replica leases the job that is due first", async () => {
    const second = await queue({ dueAt: 2_000 });
    const first = await queue({ dueAt: 1_000, state: "scanning" });
    expect(await lease(999)).toBeUndefined();
    const taken = { kind: "verification", attempts: 1, detail: '"abc"' };
    expect(await lease(2_000)).toEqual({ ...taken, attachmentId: first.attachment.id });
    expect(await lease(2_000)).toEqual({ ...taken, attachmentId: second.attachment.id });
    expect(await lease(2_000)).toBeUndefined();
    await drain();
  });

  it("no replica leases a job while its file is in the trash", async () => {
    const { note, attachment } = await queue();
    const deletion = { id: `trash-${note.id}`, deletedBy: "ann", deletedAt: 1 };
    await suite.db.transaction((tx) => trashQueries(tx).putNote(note.id, deletion));
    expect(await lease(DUE)).toBeUndefined();
    await suite.db.transaction((tx) => trashQueries(tx).restore({ noteId: note.id }));
    expect((await lease(DUE))?.attachmentId).toBe(attachment.id);
    await drain();
  });

  it("simultaneous callers lease each job only once", async () => {
    const queued = await Promise.all(Array.from({ length: 8 }, () => queue()));
    const leases = await Promise.all(Array.from({ length: 24 }, () => lease(DUE)));
    const taken = leases.flatMap((job) => (job === undefined ? [] : [job.attachmentId]));
    for (let more = await lease(DUE); more !== undefined; more = await lease(DUE)) taken.push(more.attachmentId);
    expect(taken.sort()).toEqual(queued.map(({ attachment }) => attachment.id).sort());
    await drain();
  });

  it("a job is due again after its lease unless the replica renews the lease", async () => {
    await queue();
    const first = await leaseOne(DUE);
    expect(await jobs().renew(first, { leaseEndsAt: DUE + 2 * MINUTE })).toBe(true);
    expect(await lease(DUE + MINUTE)).toBeUndefined();
    const second = await leaseOne(DUE + 2 * MINUTE);
    expect(second).toEqual({ ...first, attempts: 2 });
    expect(await jobs().renew(first, { leaseEndsAt: 1e12 })).toBe(false);
    await jobs().postpone(first, { dueAt: 0 });
    expect(await lease(DUE + 2 * MINUTE)).toBeUndefined();
    await drain();
    expect(await jobs().renew(second, { leaseEndsAt: 1e12 })).toBe(false);
  });

  it("a postponed job is due again at the given instant", async () => {
    await queue();
    const leased = await leaseOne(DUE);
    await jobs().postpone({ ...leased, detail: "failed" }, { dueAt: 7_000 });
    expect(await lease(6_999)).toBeUndefined();
    const again = await leaseOne(7_000);
    expect(again).toEqual({ ...leased, attempts: 2, detail: "failed" });
    await jobs().postpone(again, { dueAt: null });
    expect(await lease(1e12)).toBeUndefined();
    expect(await jobs().list("verification", { after: "", limit: 9 })).toEqual([again]);
    await jobs().finish(leased.attachmentId, "verification");
  });

  it("a file that needs a virus scan waits for a replica with a scanner", async () => {
    const { attachment } = await queue({ state: "scanning" });
    await queue({ dueAt: 9_000 });
    expect(await jobs().count("verification", "scanning")).toBe(1);
    expect(await lease(DUE, "scanning")).toBeUndefined();
    expect(await lease(DUE)).toMatchObject({ attachmentId: attachment.id });
    await drain();
  });

  it("the jobs of another kind stay in the queue", async () => {
    const { attachment } = await queue();
    await jobs().insert({ attachmentId: attachment.id, kind: "preview", detail: null, dueAt: 0 });
    expect(await lease(DUE)).toMatchObject({ kind: "verification" });
    await jobs().finish(attachment.id, "verification");
    expect(await lease(DUE)).toBeUndefined();
    const leased = await jobs().lease("preview", { now: DUE, leaseEndsAt: DUE + MINUTE });
    expect(leased).toEqual({ attachmentId: attachment.id, kind: "preview", attempts: 1, detail: null });
    await jobs().finish(attachment.id, "preview");
  });

  it("the deletion of a note deletes the queued jobs of its files", async () => {
    const { note } = await queue();
    await noteQueries(suite.db).delete(note.id);
    expect(await lease(DUE)).toBeUndefined();
    const late = jobs().insert({ attachmentId: "gone", kind: "verification", detail: "", dueAt: 0 });
    await expect(late).rejects.toMatchObject({ code: "attachment_not_found" });
  });
});
