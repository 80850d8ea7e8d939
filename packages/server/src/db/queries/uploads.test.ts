import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote, sampleUpload } from "../testing/samples.ts";
import { engines } from "../testing/test-databases.ts";
import { useDatabase } from "../testing/use-database.ts";

describe.each(engines)("uploads on $name", (engine) => {
  const suite = useDatabase(engine);
  async function insertAttachment() {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await suite.db.notes.insert(note);
    await suite.db.attachments.insert(attachment);
    return attachment;
  }

  it("stores all fields of an upload", async () => {
    const attachment = await insertAttachment();
    const upload = sampleUpload(attachment, { declaredChecksum: { algorithm: "SHA256", value: "abc=" } });
    const later = sampleUpload(attachment, { multipart: { bucketUploadId: "a-b", partSize: 525 * 2 ** 20 } });
    await suite.db.uploads.insert(upload);
    expect(await suite.db.uploads.find(upload.id)).toEqual(upload);
    expect(await suite.db.uploads.findOfAttachment(attachment.id)).toEqual(upload);
    await suite.db.uploads.insert(later);
    expect(await suite.db.uploads.findOfAttachment(attachment.id)).toEqual(later);
    expect(await suite.db.uploads.find("none")).toBeUndefined();
    expect(await suite.db.uploads.findOfAttachment("none")).toBeUndefined();
  });

  it("changes a state once when many callers try together", async () => {
    const upload = sampleUpload(await insertAttachment());
    await suite.db.uploads.insert(upload);
    const change = { from: "pending", to: "verifying" } as const;
    const wins = await Promise.all(Array.from({ length: 24 }, () => suite.db.uploads.transition(upload.id, change)));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await suite.db.uploads.find(upload.id)).toEqual({ ...upload, state: "verifying" });
  });

  it("lists pending uploads with an expired URL, oldest first", async () => {
    const attachment = await insertAttachment();
    const second = sampleUpload(attachment, { expiresAt: 2_000 });
    const first = sampleUpload(attachment, { expiresAt: 1_000 });
    const done = sampleUpload(attachment, { expiresAt: 1_000, state: "ready" });
    const alive = sampleUpload(attachment, { expiresAt: 3_000 });
    for (const upload of [second, first, done, alive]) await suite.db.uploads.insert(upload);
    expect(await suite.db.uploads.listAbandoned(3_000, 10)).toEqual([first, second]);
    expect(await suite.db.uploads.listAbandoned(3_000, 1)).toEqual([first]);
    expect(await suite.db.uploads.listAbandoned(1_000, 10)).toEqual([]);
  });

  it("deletes an upload with its attachment", async () => {
    const attachment = await insertAttachment();
    const upload = sampleUpload(attachment);
    await suite.db.uploads.insert(upload);
    await suite.db.attachments.delete(attachment.id);
    expect(await suite.db.uploads.find(upload.id)).toBeUndefined();
    const late = suite.db.uploads.insert(sampleUpload(attachment));
    await expect(late).rejects.toMatchObject({ code: "attachment_not_found" });
  });
});
