import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import { insertUpload } from "../../../testing/database/insert-upload.ts";
import {
  sampleAttachment,
  sampleEvent,
  sampleNote,
  sampleShare,
  sampleUpload,
} from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import type { Attachment, Upload } from "../../access/attachment.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { auditQueries } from "../../audit/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { shareQueries } from "../../sharing/queries/shares.ts";
import { uploadQueries } from "./uploads.ts";

describe.each(engines)("the queries for uploads on $name", (engine) => {
  const suite = useDatabase(engine);
  async function insertAttachment() {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    return attachment;
  }

  it("the database stores all fields of an upload", async () => {
    const attachment = await insertAttachment();
    const upload = sampleUpload(attachment, { declaredChecksum: { algorithm: "SHA256", value: "abc=" } });
    const later = sampleUpload(attachment, { multipart: { bucketUploadId: "a-b", partSize: 525 * 2 ** 20 } });
    await insertUpload(suite.db, upload);
    expect(await uploadQueries(suite.db).find(upload.id)).toEqual(upload);
    expect(await uploadQueries(suite.db).findOfAttachment(attachment.id)).toEqual(upload);
    await insertUpload(suite.db, later);
    expect(await uploadQueries(suite.db).findOfAttachment(attachment.id)).toEqual(later);
    expect(await uploadQueries(suite.db).find("none")).toBeUndefined();
    expect(await uploadQueries(suite.db).findOfAttachment("none")).toBeUndefined();
  });

  it("only one of many simultaneous callers changes the state of an upload", async () => {
    const upload = sampleUpload(await insertAttachment());
    await insertUpload(suite.db, upload);
    const change = { from: "pending", to: "verifying" } as const;
    const wins = await Promise.all(
      Array.from({ length: 24 }, () => uploadQueries(suite.db).transition(upload.id, change)),
    );
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await uploadQueries(suite.db).find(upload.id)).toEqual({ ...upload, state: "verifying" });
  });

  it("the database lists pending uploads with an expired URL, the oldest upload first", async () => {
    const attachment = await insertAttachment();
    const second = sampleUpload(attachment, { expiresAt: 2_000 });
    const first = sampleUpload(attachment, { expiresAt: 1_000 });
    const done = sampleUpload(attachment, { expiresAt: 1_000, state: "ready" });
    const alive = sampleUpload(attachment, { expiresAt: 3_000 });
    for (const upload of [second, first, done, alive]) await insertUpload(suite.db, upload);
    expect(await uploadQueries(suite.db).listAbandoned(3_000, 10)).toEqual([first, second]);
    expect(await uploadQueries(suite.db).listAbandoned(3_000, 1)).toEqual([first]);
    expect(await uploadQueries(suite.db).listAbandoned(1_000, 10)).toEqual([]);
  });

  it("the deletion of an attachment deletes the row of its upload", async () => {
    const attachment = await insertAttachment();
    const upload = sampleUpload(attachment);
    await insertUpload(suite.db, upload);
    await attachmentQueries(suite.db).delete(attachment.id);
    expect(await uploadQueries(suite.db).find(upload.id)).toBeUndefined();
  });

  describe("the completion of an upload", () => {
    async function insertPending(given: Partial<Attachment> = {}) {
      const note = sampleNote({ ownerId: newId() });
      const attachment = sampleAttachment(note, given);
      const upload = sampleUpload(attachment, { idempotencyKey: "a" });
      await noteQueries(suite.db).insert(note);
      await attachmentQueries(suite.db).insert(attachment);
      await insertUpload(suite.db, upload);
      return { note, attachment, upload };
    }
    const checksum = { algorithm: "SHA256", value: "abc=" } as const;

    function completionOf({ attachment, upload }: { attachment: Attachment; upload: Upload }) {
      const { id: attachmentId, createdBy: actorId, noteId, ownerId } = attachment;
      const event = sampleEvent({
        action: "attachment.uploaded",
        actorId,
        noteId,
        ownerId,
        attachmentIds: [attachmentId],
      });
      return { attachmentId, uploadId: upload.id, checksum: undefined, event };
    }

    const eventsOf = async (ownerId: string) =>
      (await auditQueries(suite.db).listOfOwner(ownerId, { limit: 50, cursor: undefined, routine: "include" })).items;

    it("only one of many simultaneous completions of an upload succeeds", async () => {
      const { attachment, upload } = await insertPending();
      const completions = Array.from({ length: 24 }, () => ({ ...completionOf({ attachment, upload }), checksum }));
      const records = await Promise.all(
        completions.map((completion, nth) =>
          nth % 3 === 0
            ? suite.db.transaction((tx) => uploadQueries(tx).complete(completion))
            : uploadQueries(suite.db).complete(completion),
        ),
      );
      const moved = completions.filter((_, nth) => records[nth]?.isMoved);
      expect(moved).toHaveLength(1);
      expect(records.every((record) => record?.mayAdd)).toBe(true);
      expect(await eventsOf(attachment.ownerId)).toEqual(moved.map(({ event }) => event));
      expect(await attachmentQueries(suite.db).find(attachment.id)).toEqual({
        ...attachment,
        state: "ready",
        checksum,
      });
      expect(await uploadQueries(suite.db).find(upload.id)).toEqual({ ...upload, state: "ready" });
    });

    it("a completion without a checksum keeps the checksum of the attachment", async () => {
      const sent = await insertPending({ checksum });
      await uploadQueries(suite.db).complete(completionOf(sent));
      expect(await attachmentQueries(suite.db).find(sent.attachment.id)).toMatchObject({ state: "ready", checksum });
    });

    it("a completion by a user without the permission changes nothing", async () => {
      const sent = await insertPending({ createdBy: "bob" });
      await shareQueries(suite.db).put({ noteId: sent.note.id }, sampleShare({ userId: "bob", role: "viewer" }));
      expect(await uploadQueries(suite.db).complete(completionOf(sent))).toEqual({ mayAdd: false, isMoved: false });
      expect(await attachmentQueries(suite.db).find(sent.attachment.id)).toEqual(sent.attachment);
      expect(await eventsOf(sent.attachment.ownerId)).toEqual([]);
      await attachmentQueries(suite.db).delete(sent.attachment.id);
      expect(await uploadQueries(suite.db).complete(completionOf(sent))).toBeUndefined();
    });

    it("a completion after an abort of the upload changes nothing", async () => {
      const sent = await insertPending();
      await attachmentQueries(suite.db).transition(sent.attachment.id, { from: "pending", to: "aborted" });
      expect(await uploadQueries(suite.db).complete(completionOf(sent))).toEqual({ mayAdd: true, isMoved: false });
      expect(await uploadQueries(suite.db).find(sent.upload.id)).toEqual(sent.upload);
      expect(await eventsOf(sent.attachment.ownerId)).toEqual([]);
    });
  });
});
