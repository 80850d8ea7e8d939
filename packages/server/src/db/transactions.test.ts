import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleNote } from "./testing/samples.ts";
import { engines } from "./testing/test-databases.ts";
import { useDatabase } from "./testing/use-database.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("transactions on $name", (engine) => {
  const suite = useDatabase(engine);
  it("commits all, and answers what the work answers", async () => {
    const note = sampleNote();
    const answer = await suite.db.transaction(async (tx) => {
      await tx.notes.insert(note);
      await tx.audit.add(sampleEvent({ action: "note.created", noteId: note.id }));
      return "done";
    });
    expect(answer).toBe("done");
    expect(await suite.db.access.note("ann", note.id)).toBeDefined();
    expect((await suite.db.audit.listOfNote(note.id, FIRST)).items).toHaveLength(1);
  });

  it("keeps nothing when the work fails, and passes its error on", async () => {
    const note = sampleNote();
    const failure = new Error("on purpose");
    const transaction = suite.db.transaction(async (tx) => {
      await tx.notes.insert(note);
      await tx.audit.add(sampleEvent({ noteId: note.id }));
      throw failure;
    });
    await expect(transaction).rejects.toBe(failure);
    expect(await suite.db.access.note("ann", note.id)).toBeUndefined();
    expect((await suite.db.audit.listOfNote(note.id, FIRST)).items).toEqual([]);
  });

  it("sees its own changes in access decisions, and others don't until it commits", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await suite.db.transaction(async (tx) => {
      await tx.notes.insert(note);
      await tx.attachments.insert(attachment);
      expect((await tx.access.attachment("ann", attachment.id))?.role).toBe("owner");
      expect(await suite.db.access.attachment("ann", attachment.id)).toBeUndefined();
    });
    expect((await suite.db.access.attachment("ann", attachment.id))?.role).toBe("owner");
  });

  it("refuses the outer database inside, rather than wait for itself for ever", async () => {
    const misuse = suite.db.transaction(() => suite.db.notes.insert(sampleNote()));
    await expect(misuse).rejects.toThrow("Inside a transaction");
    await expect(suite.db.transaction(() => suite.db.transaction(async () => 1))).rejects.toThrow(
      "Inside a transaction",
    );
  });

  it("lets what the work left running use the outer database later", async () => {
    const note = sampleNote();
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    let later: Promise<void> | undefined;
    await suite.db.transaction(async () => {
      later = committed.then(() => suite.db.notes.insert(note));
    });
    commit();
    await later;
    expect(await suite.db.access.note("ann", note.id)).toBeDefined();
  });

  it("takes many at once, mixed with single writes and URL events", async () => {
    const noteId = sampleNote().id;
    const writes = Array.from({ length: 60 }, (_, i) => {
      if (i % 3 === 0) return suite.db.urlAudit.record(sampleEvent({ noteId }));
      if (i % 3 === 1) return suite.db.audit.add(sampleEvent({ noteId }));
      return suite.db.transaction(async (tx) => {
        await tx.audit.listOfNote(noteId, FIRST);
        await tx.audit.add(sampleEvent({ noteId }));
      });
    });
    await Promise.all(writes);
    expect((await suite.db.audit.listOfNote(noteId, { ...FIRST, limit: 100 })).items).toHaveLength(60);
  });
});
