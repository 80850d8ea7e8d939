import { beforeEach, describe, expect, it } from "vitest";
import { pngBomb } from "../../../../../e2e/src/testing/bombs.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { makePhoto } from "../../testing/photos.ts";
import { declare, webp } from "../../testing/pictures.ts";
import { PHOTO, sendPreview, startPhoto, startPreviews, uploadPhoto } from "../../testing/send-preview.ts";
import { useService } from "../../testing/use-service.ts";
import { put } from "../../testing/visitor.ts";

const signal = new AbortController().signal;
const MINUTE_MS = 60_000;

describe.each(engines)("missing previews on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");
  let noteId = "";
  beforeEach(async () => {
    // Deletes the files of the previous test, so that none of them waits for previews.
    if (noteId !== "") await ann.send(`DELETE /notes/${noteId}`);
    noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
  });

  const previewsOf = async (id: string) => (await ann.send(`GET /attachments/${id}`)).body.previews;
  const countMissing = () => service.useCases.countMissingPreviews();

  /** Leases a file at a later time. Then sets the clock of the service back, because the bucket has its own clock. */
  async function lease({ after = 3 * MINUTE_MS } = {}) {
    service.advance(after);
    const leased = await service.useCases.leaseMissingPreview();
    service.advance(-after);
    return leased;
  }

  /** Makes the previews of all due files, as the background job does. Returns the number of files. */
  async function runAll(options?: { after: number }): Promise<number> {
    for (let count = 0; ; count += 1) {
      const leased = await lease(options);
      if (leased === undefined) return count;
      await service.useCases.makeLeasedPreviews(leased, signal);
    }
  }

  it("a photo without previews gets two previews two minutes after its upload", async () => {
    const attachmentId = await uploadPhoto(ann, { noteId, content: await makePhoto() });
    expect(await runAll({ after: MINUTE_MS })).toBe(0);
    expect(await runAll()).toBe(1);
    expect(await previewsOf(attachmentId)).toEqual([
      { name: "small", width: 320, height: 213 },
      { name: "large", width: 1600, height: 1067 },
    ]);
    const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url?preview=small`)).body;
    expect((await fetch(fileUrl)).headers.get("content-type")).toBe("image/webp");
    expect(await runAll()).toBe(0);
  });

  it("the service makes no previews of a small file or a file that has a preview", async () => {
    const before = await countMissing();
    await sendPreview(ann, { attachmentId: await uploadPhoto(ann, { noteId }) });
    await uploadPhoto(ann, { noteId, content: (await makePhoto({ width: 100, height: 100 })).subarray(0, 90_000) });
    const json = { filename: "a.bin", sizeBytes: 200_000, contentType: "application/octet-stream" };
    const { body } = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    await put(body.upload, Buffer.alloc(200_000, 3));
    await ann.send(`POST /uploads/${body.upload.id}/complete`);
    // The preview of a file can arrive before the file is complete.
    const early = await startPhoto(ann, { noteId });
    await sendPreview(ann, { attachmentId: early.attachmentId });
    await ann.send(`POST /uploads/${early.id}/complete`);
    expect(await countMissing()).toBe(before);
  });

  it("the service replaces a preview that the client started and never sent", async () => {
    const attachmentId = await uploadPhoto(ann, { noteId, content: await makePhoto() });
    await startPreviews(ann, [declare(webp(), { attachmentId })]);
    await runAll();
    expect(await previewsOf(attachmentId)).toEqual([{ name: "large", width: 1600, height: 1067 }]);
    const rows = service.db.kysely.updateTable("attachment_previews").where("attachment_id", "=", attachmentId);
    await rows.set({ created_at: service.now() - 16 * MINUTE_MS }).execute();
    expect(await runAll({ after: 20 * MINUTE_MS })).toBe(1);
    expect(await previewsOf(attachmentId)).toHaveLength(2);
  });

  it("the service tries only once to make previews of a damaged or a huge picture", async () => {
    const bomb = Buffer.concat([pngBomb(30_000), Buffer.alloc(1_000)]);
    const json = { filename: "bomb.png", sizeBytes: bomb.length, contentType: "image/png" };
    const { body } = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    await put(body.upload, bomb);
    await ann.send(`POST /uploads/${body.upload.id}/complete`);
    const damaged = await uploadPhoto(ann, { noteId, content: PHOTO });
    expect(await runAll()).toBe(2);
    expect(await lease({ after: 60 * MINUTE_MS })).toBeUndefined();
    for (const id of [damaged, body.upload.attachmentId]) {
      const file = (await ann.send(`GET /attachments/${id}`)).body;
      expect(file).toMatchObject({ state: "ready" });
      expect(file.previews).toBeUndefined();
    }
  });

  it("two replicas never make the previews of one file at the same time", async () => {
    const ids = [];
    for (let nth = 0; nth < 6; nth += 1) ids.push(await uploadPhoto(ann, { noteId }));
    service.advance(3 * MINUTE_MS);
    const leased = await Promise.all(Array.from({ length: 12 }, () => service.useCases.leaseMissingPreview()));
    service.advance(-3 * MINUTE_MS);
    const leasedIds = leased.flatMap((file) => file?.attachmentId ?? []);
    expect(new Set(leasedIds).size).toBe(leasedIds.length);
    // A call that loses a race leases no file, so some files may still be due.
    while (true) {
      const next = await lease();
      if (next === undefined) break;
      leasedIds.push(next.attachmentId);
    }
    expect(leasedIds.toSorted()).toEqual(ids.toSorted());
  });

  it("the command `valetkey previews` reports why a file gets no preview", async () => {
    const good = await uploadPhoto(ann, { noteId, content: await makePhoto() });
    const damaged = await uploadPhoto(ann, { noteId, content: PHOTO });
    const reasons = [];
    for await (const reason of service.useCases.makeMissingPreviews(signal)) reasons.push(reason);
    expect(reasons).toContain(undefined);
    expect(reasons).toContain("damaged");
    expect(await previewsOf(good)).toHaveLength(2);
    expect(await previewsOf(damaged)).toBeUndefined();
  });

  it("the service makes no previews of a deleted file", async () => {
    const attachmentId = await uploadPhoto(ann, { noteId });
    const before = await countMissing();
    await ann.send(`DELETE /attachments/${attachmentId}`);
    expect(await countMissing()).toBe(before - 1);
  });

  it("the state of a note in GET /changes changes with each new preview", async () => {
    const attachmentId = await uploadPhoto(ann, { noteId });
    const stateOf = async () => (await ann.send(`GET /changes?noteId=${noteId}`)).body.state;
    const before = await stateOf();
    expect(await stateOf()).toBe(before);
    await sendPreview(ann, { attachmentId });
    const between = await stateOf();
    expect(between).not.toBe(before);
    await sendPreview(ann, { attachmentId, name: "large" });
    expect(await stateOf()).not.toBe(between);
  });

  it("the service tries to make previews again after the process dies, at most three times", async () => {
    const attachmentId = await uploadPhoto(ann, { noteId, content: await makePhoto() });
    const aborted = AbortSignal.abort();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const leased = await lease({ after: attempt * 16 * MINUTE_MS });
      expect(leased).toMatchObject({ attachmentId, attempts: attempt });
      if (attempt === 1) continue;
      if (leased !== undefined) await service.useCases.makeLeasedPreviews(leased, aborted).catch(() => undefined);
    }
    expect(await lease({ after: 60 * MINUTE_MS })).toBeUndefined();
  });
});
