import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { objectDeletionQueries } from "../../features/storage/queries.ts";
import { inspect } from "../../platform/bucket/testing/bucket-server.ts";
import { patterned } from "../../platform/bucket/testing/bytes.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { startTwoBuckets, type TwoBuckets } from "./testing/two-buckets.ts";

const PART = 8 * 2 ** 20;

describe.each(engines)("uploads during a bucket move on $name", (engine) => {
  let stage: TwoBuckets;
  beforeEach(async () => {
    stage = await startTwoBuckets(engine);
  });
  afterEach(() => stage.close());

  it("while a form upload runs, a bucket move does not say when to empty the old bucket", async () => {
    const notBefore = stage.service.now() + 86_400_000;
    await objectDeletionQueries(stage.service.db).put({ objectKey: stage.bucket.newObjectKey(), notBefore });
    const { unsettled, emptyFrom } = await stage.move();
    expect(unsettled).toEqual({ count: 1, lastExpiresAt: notBefore });
    expect(emptyFrom).toBeUndefined();
  });

  it("a bucket move lets you empty the old bucket only after all pending deletions", async () => {
    const now = stage.service.now();
    const [early, late] = [stage.bucket.newObjectKey(), stage.bucket.newObjectKey()];
    const notBefore = now + 40_000_000;
    await objectDeletionQueries(stage.service.db).put(
      { objectKey: early, notBefore: now + 1_000_000 },
      { objectKey: late, notBefore },
    );
    // Only the second run of the later deletion is left.
    const deletions = stage.service.db.kysely.updateTable("object_deletions").set({ swept_at: now });
    await deletions.where("object_key", "=", late).execute();
    const { emptyFrom } = await stage.move();
    expect(emptyFrom).toBe(now + 1_000_000 + 86_400_000);
  });

  it("the old bucket refuses a late PUT to the object of a moved file", async () => {
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { upload } = (await stage.ann.send(`POST /notes/${stage.noteId}/uploads`, { json })).body;
    const put = (body: string) => fetch(upload.url, { method: "PUT", headers: upload.headers, body });
    expect((await put("hello")).status).toBe(200);
    await stage.ann.send(`POST /uploads/${upload.id}/complete`);
    await stage.move();
    expect((await put("HELLO")).status).toBe(412);
    expect(await stage.download(upload.attachmentId)).toBe("hello");
  });

  it("a late PUT to an old bucket without conditional writes does not change the moved file", async () => {
    const { id, objectKey } = await stage.attach();
    await stage.move();
    // The condition of the signed PUT has no effect on such a bucket.
    await stage.putBehind(objectKey, "HELLO");
    expect(await stage.download(id)).toBe("hello");
    expect(await stage.move()).toMatchObject({ moved: { objects: 0 }, failures: [] });
    expect(await stage.download(id)).toBe("hello");
  });

  it("a multipart upload that began almost a day before a bucket move completes in the old bucket", async () => {
    const { service, ann, noteId, other } = stage;
    const file = patterned(PART + 1_000);
    const json = { filename: "film.bin", sizeBytes: file.length, contentType: "application/x-film" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    expect(upload).toMatchObject({ strategy: "multipart", partSize: PART, partCount: 2 });
    async function sendPart(partNumber: number): Promise<void> {
      const { body } = await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [partNumber] } });
      const [{ method, url }] = body.parts;
      const bytes = Buffer.from(file.subarray((partNumber - 1) * PART, partNumber * PART));
      expect((await fetch(url, { method, body: bytes })).status).toBe(200);
    }
    await sendPart(1);
    // The upload has ten minutes left. The clock of the service can't move, because the bucket refuses URLs from the future.
    const lastExpiresAt = service.now() + 600_000;
    const uploads = service.db.kysely.updateTable("uploads").where("id", "=", upload.id);
    await uploads.set({ created_at: lastExpiresAt - 86_400_000, expires_at: lastExpiresAt }).execute();
    expect(await stage.move()).toMatchObject({ unsettled: { count: 1, lastExpiresAt }, emptyFrom: undefined });
    await service.useCases.expireUploads();
    await sendPart(2);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).status).toBe(200);
    expect(await service.bucketContents.keys()).toEqual([await stage.keyOf(upload.attachmentId)]);
    expect(await stage.move()).toMatchObject({ moved: { objects: 1 }, unsettled: { count: 0 } });
    expect(await inspect(other).keys()).toHaveLength(1);
    expect(await stage.download(upload.attachmentId)).toBe(file.toString());
  });
});
