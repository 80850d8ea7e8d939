import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("transactions on $name", (engine) => {
  const suite = useDatabase(engine);
  it("commits all writes, and returns the result of the work", async () => {
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

  it("keeps no write when the work fails, and rejects with its error", async () => {
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

  it("sees its own changes in access decisions before it commits", async () => {
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

  it("refuses queries of the outer database inside a transaction", async () => {
    const misuse = suite.db.transaction(() => suite.db.notes.insert(sampleNote()));
    await expect(misuse).rejects.toThrow("Inside a transaction");
    await expect(suite.db.transaction(() => suite.db.transaction(async () => 1))).rejects.toThrow(
      "Inside a transaction",
    );
  });

  it("accepts queries of the outer database after it ends", async () => {
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

  it("run side by side with single writes and URL events", async () => {
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
