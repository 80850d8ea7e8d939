import { describe, expect, it } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { auditQueries, urlAuditLog } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("transactions on $name", (engine) => {
  const suite = useDatabase(engine);
  it("a transaction returns the result of its function after the commit of its writes", async () => {
    const note = sampleNote();
    const answer = await suite.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await auditQueries(tx).add(sampleEvent({ action: "note.created", noteId: note.id }));
      return "done";
    });
    expect(answer).toBe("done");
    expect(await accessQueries(suite.db).note("ann", note.id)).toBeDefined();
    expect((await auditQueries(suite.db).listOfNote(note.id, FIRST)).items).toHaveLength(1);
  });

  it("a transaction undoes all its writes when its function throws", async () => {
    const note = sampleNote();
    const failure = new Error("on purpose");
    const transaction = suite.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await auditQueries(tx).add(sampleEvent({ noteId: note.id }));
      throw failure;
    });
    await expect(transaction).rejects.toBe(failure);
    expect(await accessQueries(suite.db).note("ann", note.id)).toBeUndefined();
    expect((await auditQueries(suite.db).listOfNote(note.id, FIRST)).items).toEqual([]);
  });

  it("the access check inside a transaction sees the transaction's uncommitted changes", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await suite.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await attachmentQueries(tx).insert(attachment);
      expect((await accessQueries(tx).attachment("ann", attachment.id))?.role).toBe("owner");
      expect(await accessQueries(suite.db).attachment("ann", attachment.id)).toBeUndefined();
    });
    expect((await accessQueries(suite.db).attachment("ann", attachment.id))?.role).toBe("owner");
  });

  it("inside a transaction, a query that does not use the transaction throws", async () => {
    const misuse = suite.db.transaction(() => noteQueries(suite.db).insert(sampleNote()));
    await expect(misuse).rejects.toThrow("Inside a transaction");
    await expect(suite.db.transaction(() => suite.db.transaction(async () => 1))).rejects.toThrow(
      "Inside a transaction",
    );
  });

  it("a query outside of transactions works after a transaction has ended", async () => {
    const note = sampleNote();
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    let later: Promise<void> | undefined;
    await suite.db.transaction(async () => {
      later = committed.then(() => noteQueries(suite.db).insert(note));
    });
    commit();
    await later;
    expect(await accessQueries(suite.db).note("ann", note.id)).toBeDefined();
  });

  it("transactions, single writes and URL events all succeed in parallel", async () => {
    const noteId = sampleNote().id;
    const writes = Array.from({ length: 60 }, (_, i) => {
      if (i % 3 === 0) return urlAuditLog(suite.db).record(sampleEvent({ noteId }));
      if (i % 3 === 1) return auditQueries(suite.db).add(sampleEvent({ noteId }));
      return suite.db.transaction(async (tx) => {
        await auditQueries(tx).listOfNote(noteId, FIRST);
        await auditQueries(tx).add(sampleEvent({ noteId }));
      });
    });
    await Promise.all(writes);
    expect((await auditQueries(suite.db).listOfNote(noteId, { ...FIRST, limit: 100 })).items).toHaveLength(60);
  });
});
