import type { Readable } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { EXIF, jpeg, webp } from "../../testing/pictures.ts";
import { completePreviews, sendPreview, startPhoto, storePreview, uploadPhoto } from "../../testing/send-preview.ts";
import { EVERY_CAPABILITY } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { put } from "../../testing/visitor.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SMALL = { name: "small", width: 320, height: 240 };

describe.each(engines)("previews and their files on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 } });
  const ann = service.as("ann");
  let noteId: string;
  let attachmentId: string;
  beforeEach(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    attachmentId = await uploadPhoto(ann, { noteId });
  });

  const urlOf = (id = attachmentId, client = ann) => client.send(`GET /attachments/${id}/url?preview=small`);
  const bytesOf = async (id = attachmentId) =>
    Buffer.from(await (await fetch((await urlOf(id)).body.fileUrl)).arrayBuffer());
  const keysOf = async (id = attachmentId) => {
    const { kysely } = service.database.db;
    const rows = await kysely.selectFrom("attachment_previews").selectAll().where("attachment_id", "=", id).execute();
    return rows.map((row) => row.object_key);
  };
  /** Runs the work as if some time had passed. */
  async function later<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    service.advance(milliseconds);
    return work().finally(() => service.advance(-milliseconds));
  }
  const isStored = async (key: string | undefined) => (await service.bucketContents.keys()).includes(key ?? "");

  it("the preview of a file is hidden while the file is in the trash", async () => {
    await sendPreview(ann, { attachmentId });
    for (const subject of [`attachments/${attachmentId}`, `notes/${noteId}`]) {
      await ann.send(`DELETE /${subject}`);
      expect((await urlOf()).body.code).toBe("attachment_not_found");
      await service.useCases.purgeObjects();
      expect((await ann.send(`POST /trash/${subject}/restore`)).status).toBe(204);
      expect(await bytesOf()).toEqual(webp());
    }
    expect((await ann.send(`GET /attachments/${attachmentId}`)).body.previews).toEqual([SMALL]);
  });

  it("a restored file still waits for previews if it was in the trash during their job", async () => {
    const before = await service.useCases.countMissingPreviews();
    service.advance(HOUR_MS);
    const leased = await service.useCases.leaseMissingPreview();
    service.advance(-HOUR_MS);
    if (leased === undefined) throw new Error("No file is due.");
    await ann.send(`DELETE /attachments/${leased.attachmentId}`);
    await service.useCases.makeLeasedPreviews(leased, new AbortController().signal);
    expect((await ann.send(`POST /trash/attachments/${leased.attachmentId}/restore`)).status).toBe(204);
    expect(await service.useCases.countMissingPreviews()).toBe(before);
  });

  it("requirement 61: the permanent deletion of a file deletes its preview", async () => {
    const { upload } = await storePreview(ann, { attachmentId });
    const [key] = await keysOf();
    expect(await isStored(key)).toBe(true);
    await ann.send(`DELETE /attachments/${attachmentId}`);
    await ann.send(`DELETE /trash/attachments/${attachmentId}`);
    await service.useCases.purgeObjects();
    expect(await isStored(key)).toBe(false);
    expect(await put(upload, webp())).toBe(200);
    await later(DAY_MS + 1, service.useCases.purgeObjects);
    expect(await isStored(key)).toBe(false);
  });

  it("the permanent deletion of a note deletes the previews of its files", async () => {
    await sendPreview(ann, { attachmentId });
    const [key] = await keysOf();
    await ann.send(`DELETE /notes/${noteId}`);
    await ann.send(`DELETE /trash/notes/${noteId}`);
    await service.useCases.purgeNotes();
    await service.useCases.purgeObjects();
    expect([await isStored(key), await keysOf()]).toEqual([false, []]);
  });

  it("an abort of an upload deletes the preview of its file", async () => {
    const upload = await startPhoto(ann, { noteId });
    attachmentId = upload.attachmentId;
    await sendPreview(ann, { attachmentId });
    const [key] = await keysOf();
    await ann.send(`DELETE /uploads/${upload.id}`);
    await service.useCases.purgeObjects();
    expect([await isStored(key), await keysOf()]).toEqual([false, []]);
  });

  it("the service deletes previews that the client does not confirm within an hour", async () => {
    await storePreview(ann, { attachmentId });
    await sendPreview(ann, { attachmentId, name: "large" });
    const keys = await keysOf();
    await service.useCases.dropUnconfirmedPreviews();
    expect(await keysOf()).toEqual(keys);
    await later(HOUR_MS + 1, service.useCases.dropUnconfirmedPreviews);
    await service.useCases.purgeObjects();
    const [left] = await keysOf();
    expect(await Promise.all(keys.map(isStored))).toEqual(keys.map((key) => key === left));
    const completed = await completePreviews(ann, [{ attachmentId, name: "small" }]);
    expect(completed.body.previews[0].problem.code).toBe("preview_not_found");
  });

  it("a moved file keeps its preview, and a copy of the file gets its own preview", async () => {
    await sendPreview(ann, { attachmentId });
    await storePreview(ann, { attachmentId, name: "large" });
    const toNoteId = (await ann.send("POST /notes", { json: { title: "Other" } })).body.id;
    await ann.send(`POST /attachments/${attachmentId}/move`, { json: { fromNoteId: noteId, toNoteId } });
    expect(await bytesOf()).toEqual(webp());
    const bob = service.as("bob");
    await bob.send("GET /me");
    await ann.send(`PUT /attachments/${attachmentId}/shares`, { json: { userIds: ["bob"] } });
    const ofBob = (await bob.send("POST /notes", { json: { title: "Copies" } })).body.id;
    const copy = (await bob.send(`POST /attachments/${attachmentId}/copy`, { json: { toNoteId: ofBob } })).body;
    expect(copy.previews).toEqual([SMALL]);
    await ann.send(`DELETE /attachments/${attachmentId}`);
    await ann.send(`DELETE /trash/attachments/${attachmentId}`);
    await service.useCases.purgeObjects();
    await later(DAY_MS + 1, service.useCases.purgeObjects);
    const { fileUrl } = (await urlOf(copy.id, bob)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer())).toEqual(webp());
  });

  it("garbage collection deletes a preview only if no row references the preview", async () => {
    await sendPreview(ann, { attachmentId });
    await storePreview(ann, { attachmentId, name: "large" });
    const keys = await keysOf();
    const { kysely } = service.database.db;
    const options = { mend: true, force: true, isAlone: true, findsDamage: false };
    const collect = () => later(3 * DAY_MS, () => service.useCases.collectGarbage(options));
    expect((await collect()).found.orphan).toBe(0);
    expect(await Promise.all(keys.map(isStored))).toEqual([true, true]);
    const lost = keys.at(-1) as string;
    await kysely.deleteFrom("attachment_previews").where("object_key", "=", lost).execute();
    await kysely.deleteFrom("object_deletions").where("object_key", "=", lost).execute();
    expect((await collect()).found.orphan).toBe(1);
    expect(await Promise.all(keys.map(isStored))).toEqual(keys.map((key) => key !== lost));
  });

  it("a queued deletion does not delete a preview that a row references", async () => {
    await sendPreview(ann, { attachmentId });
    const [key] = await keysOf();
    const row = { object_key: key as string, not_before: 0, attempts: 0 };
    await service.database.db.kysely.insertInto("object_deletions").values(row).execute();
    await service.useCases.purgeObjects();
    expect(await bytesOf()).toEqual(webp());
  });

  it("simultaneous completions of the same previews in opposite orders never deadlock", async () => {
    for (let round = 0; round < 4; round++) {
      const ids = await Promise.all(Array.from({ length: 4 }, () => uploadPhoto(ann, { noteId })));
      const previews = ids.flatMap((id) => [
        { attachmentId: id, name: "small" as const },
        { attachmentId: id, name: "large" as const },
      ]);
      await Promise.all(previews.map((each) => storePreview(ann, each)));
      const answers = await Promise.all([
        completePreviews(ann, previews),
        completePreviews(ann, previews.toReversed()),
        completePreviews(ann, previews),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const { body } of answers) {
        expect(body.previews.filter(({ preview }: { preview?: object }) => preview === undefined)).toEqual([]);
      }
    }
  });

  it("a person who has lost access to a file gets no preview of the file", async () => {
    await sendPreview(ann, { attachmentId });
    const bob = service.as("bob");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"] } });
    const many = () =>
      bob.send("POST /attachments/urls", { json: { attachmentIds: [attachmentId], preview: "small" } });
    expect((await urlOf(attachmentId, bob)).status).toBe(200);
    expect((await many()).body.urls[0].fileUrl).toBeDefined();
    await ann.send(`DELETE /notes/${noteId}/shares/bob`);
    expect((await urlOf(attachmentId, bob)).body.code).toBe("access_denied");
    expect((await many()).body.urls[0].code).toBe("access_denied");
  });
});

describe.each(engines)("previews on buckets with few capabilities and with a virus scanner, on $name", (engine) => {
  it("requirement 61: a second PUT does not change a confirmed preview", async () => {
    const service = await startServiceInTest({
      engine,
      capabilities: { ...EVERY_CAPABILITY, conditionalPut: false, signedSha256: false },
    });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    const attachmentId = await uploadPhoto(ann, { noteId });
    const { upload } = await storePreview(ann, { attachmentId });
    await completePreviews(ann, [{ attachmentId, name: "small" }]);
    const other = webp({ width: 200, height: 240 });
    expect(await put(upload, other)).toBe(200);
    const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url?preview=small`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer())).toEqual(webp());
    service.advance(DAY_MS + 1);
    await service.useCases.purgeObjects();
    const { kysely } = service.database.db;
    const files = await kysely.selectFrom("attachments").select("object_key").execute();
    const previews = await kysely.selectFrom("attachment_previews").select("object_key").execute();
    const known = [...files, ...previews].map((row) => row.object_key).sort();
    expect((await service.bucketContents.keys()).sort()).toEqual(known);
  });

  it("a refused preview leaves no copy in a bucket that has no conditional PUT", async () => {
    const capabilities = { ...EVERY_CAPABILITY, conditionalPut: false, signedSha256: false };
    const service = await startServiceInTest({ engine, capabilities });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    const attachmentId = await uploadPhoto(ann, { noteId });
    await service.useCases.purgeObjects();
    await storePreview(ann, { attachmentId, picture: jpeg({ width: 9, height: 9 }, [EXIF]) });
    const before = await service.bucketContents.keys();
    for (let nth = 0; nth < 3; nth++) await completePreviews(ann, [{ attachmentId, name: "small" }]);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual(before);
  });

  it("a virus in a preview rejects the preview, but not the file", async () => {
    let isInfected = true;
    let scans = 0;
    const scanner = {
      async scan(body: Readable) {
        for await (const _chunk of body);
        scans += 1;
        return isInfected ? ({ kind: "infected", signature: "Eicar" } as const) : ({ kind: "clean" } as const);
      },
      close: () => undefined,
    };
    const service = await startServiceInTest({ engine, scanning: { scanner: scanner as never, tooLarge: "reject" } });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    const { attachmentId } = await startPhoto(ann, { noteId });
    expect((await sendPreview(ann, { attachmentId })).problem).toMatchObject({
      code: "preview_invalid",
      detail: expect.stringContaining("Eicar"),
    });
    isInfected = false;
    const again = await completePreviews(ann, [{ attachmentId, name: "small" }]);
    expect(again.body.previews[0].preview).toEqual(SMALL);
    expect(scans).toBe(2);
  });
});
