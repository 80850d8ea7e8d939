import { beforeEach, describe, expect, it } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { declare, EXIF, extended, jpeg, lossless, lossy, webp, webpOf } from "../../testing/pictures.ts";
import {
  completePreviews,
  PHOTO,
  sendPreview,
  startPhoto,
  startPreviews,
  storePreview,
  uploadPhoto,
} from "../../testing/send-preview.ts";
import type { Client } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, put } from "../../testing/visitor.ts";
import { unknownId } from "../../testing/world.ts";

const HOUR_MS = 3_600_000;
const UPLOAD_TTL_MS = 900_000;

// Only on SQLite, because the tests of the lifecycle of previews run their queries on both engines.
describe("refused previews", () => {
  const service = useService({ engine: sqlite, limits: { trashDays: 30 } });
  const ann = service.as("ann");
  let noteId: string;
  let attachmentId: string;
  beforeEach(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    attachmentId = await uploadPhoto(ann, { noteId });
  });

  const codeOfStart = async (client: Client = ann, change: object = {}) => {
    const { body } = await startPreviews(client, [{ ...declare(webp(), { attachmentId }), ...change }]);
    return body.previews[0].problem?.code;
  };
  const codeOfCompletion = async (client: Client = ann) =>
    (await completePreviews(client, [{ attachmentId, name: "small" }])).body.previews[0].problem?.code;

  it.each([
    ["a PNG", Buffer.from("\x89PNG\r\n\x1a\n0000IHDR", "latin1"), /neither/],
    ["an animated WebP", webpOf(extended({ width: 9, height: 9 }, 2), lossy({ width: 9, height: 9 })), /animation/],
    ["a JPEG with EXIF", jpeg({ width: 9, height: 9 }, [EXIF]), /metadata/],
    ["10,000 x 10,000 pixels", webpOf(lossless({ width: 10_000, height: 10_000 })), /10000 x 10000.*at most 320/],
    ["321 pixels", webp({ width: 321, height: 9 }), /at most 320/],
    ["a cut WebP", webp().subarray(0, 90), /complete/],
  ])("requirement 61: a refused preview is never shown, and the file stays (%s)", async (_name, picture, reason) => {
    const before = await service.bucketContents.keys();
    const { upload } = await storePreview(ann, { attachmentId, picture });
    const { problem } = (await completePreviews(ann, [{ attachmentId, name: "small" }])).body.previews[0];
    expect(problem).toMatchObject({ code: "preview_invalid", status: 422, detail: expect.stringMatching(reason) });
    expect((await ann.send(`GET /attachments/${attachmentId}`)).body).toMatchObject({ state: "ready" });
    expect((await ann.send(`GET /attachments/${attachmentId}/url?preview=small`)).body.code).toBe("preview_not_found");
    // The object stays until the URL expires, so that no client can store the object again. After the expiry, the client can send another
    // picture.
    expect(await put(upload, picture)).toBe(412);
    expect(await codeOfStart()).toBe("preview_exists");
    const started = { created_at: service.now() - UPLOAD_TTL_MS - 1 };
    const rows = service.db.kysely.updateTable("attachment_previews").where("attachment_id", "=", attachmentId);
    await rows.set(started).execute();
    expect((await sendPreview(ann, { attachmentId })).preview).toMatchObject({ name: "small" });
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toHaveLength(before.length + 1);
  });

  it.each([
    ["another type than its bytes", { contentType: "image/jpeg" }, /image\/jpeg that was declared/],
    ["another SHA-256 than its bytes", { checksum: { algorithm: "SHA256", value: `${"A".repeat(43)}=` } }, undefined],
  ])("a preview with %s is never shown", async (_name, change, reason) => {
    const { upload } = (await startPreviews(ann, [{ ...declare(webp(), { attachmentId }), ...change }])).body
      .previews[0];
    const status = await put(upload, webp());
    // The bucket compares the SHA-256, so the wrong bytes never arrive.
    expect([200, 400]).toContain(status);
    const { problem } = (await completePreviews(ann, [{ attachmentId, name: "small" }])).body.previews[0];
    if (reason === undefined) expect([status, problem.code]).toEqual([400, "upload_incomplete"]);
    else expect(problem.detail).toMatch(reason);
  });

  it("the service refuses to start a preview that is too large or is for a small file", async () => {
    expect(await codeOfStart(ann, { sizeBytes: 40_001 })).toBe("preview_invalid");
    expect(await codeOfStart(ann, { name: "large", sizeBytes: 400_001 })).toBe("preview_invalid");
    expect(await codeOfStart(ann, { name: "large", sizeBytes: PHOTO.length / 2 + 1 })).toBe("preview_invalid");
    attachmentId = await uploadPhoto(ann, { noteId, content: PHOTO.subarray(0, 99_999) });
    expect(await codeOfStart()).toBe("preview_invalid");
  });

  it.each([
    ["101 previews", { previews: Array.from({ length: 101 }, () => declare(webp(), { attachmentId: unknownId() })) }],
    ["no preview", { previews: [] }],
    ["an unknown name", { previews: [{ ...declare(webp(), { attachmentId: unknownId() }), name: "huge" }] }],
    ["a PNG type", { previews: [{ ...declare(webp(), { attachmentId: unknownId() }), contentType: "image/png" }] }],
    ["a size of 0", { previews: [{ ...declare(webp(), { attachmentId: unknownId() }), sizeBytes: 0 }] }],
    ["an unknown member", { previews: [{ ...declare(webp(), { attachmentId: unknownId() }), url: "x" }] }],
    [
      "a short checksum",
      {
        previews: [
          { ...declare(webp(), { attachmentId: unknownId() }), checksum: { algorithm: "SHA256", value: "AA==" } },
        ],
      },
    ],
  ])("a request to start previews with %s returns 400", async (_name, json) => {
    expect((await ann.send("POST /attachments/previews", { json })).body).toMatchObject({ status: 400 });
  });

  it("requirement 61: a file can get previews until one hour after its completion", async () => {
    const { kysely } = service.database.db;
    const ofFile = kysely.updateTable("uploads").where("attachment_id", "=", attachmentId);
    const old = { created_at: service.now() - 5 * HOUR_MS };
    await ofFile.set(old).execute();
    await kysely.updateTable("attachments").set(old).where("id", "=", attachmentId).execute();
    expect(await codeOfStart()).toBeUndefined();
    await ofFile.set({ completed_at: service.now() - HOUR_MS - 1 }).execute();
    expect(await codeOfStart(ann, { name: "large" })).toBe("preview_too_late");
  });

  it("requirement 61: only the uploader of a file can send previews of the file", async () => {
    const [bob, eve] = [service.as("bob"), service.as("eve")];
    for (const client of [bob, eve]) await client.send("GET /me");
    expect(await codeOfStart(eve)).toBe("access_denied");
    for (const role of ["viewer", "editor"]) {
      await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role } });
      expect([role, await codeOfStart(bob), await codeOfCompletion(bob)]).toEqual([
        role,
        "access_denied",
        "access_denied",
      ]);
    }
    attachmentId = await uploadPhoto(bob, { noteId });
    await storePreview(bob, { attachmentId });
    await ann.send(`DELETE /notes/${noteId}/shares/bob`);
    expect([await codeOfStart(bob), await codeOfCompletion(bob)]).toEqual(["access_denied", "access_denied"]);
    expect(await codeOfStart(ann)).toBe("access_denied");
    expect((await ann.send(`GET /attachments/${attachmentId}`)).body.previews).toBeUndefined();
  });

  it("a request for a preview of a deleted or unknown file returns attachment_not_found", async () => {
    await storePreview(ann, { attachmentId });
    await ann.send(`DELETE /notes/${noteId}`);
    expect([await codeOfStart(), await codeOfCompletion()]).toEqual(["attachment_not_found", "attachment_not_found"]);
    attachmentId = unknownId();
    expect([await codeOfStart(), await codeOfCompletion()]).toEqual(["attachment_not_found", "attachment_not_found"]);
  });

  it("the rejection of a file deletes its previews", async () => {
    const upload = await startPhoto(ann, { noteId, content: Buffer.concat([Buffer.from("%PDF-1.7"), PHOTO]) });
    attachmentId = upload.attachmentId;
    await sendPreview(ann, { attachmentId });
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("upload_rejected");
    expect(await codeOfStart()).toBe("preview_too_late");
    expect((await ann.send(`GET /attachments/${attachmentId}`)).body.previews).toBeUndefined();
    const { kysely } = service.database.db;
    const left = kysely.selectFrom("attachment_previews").selectAll().where("attachment_id", "=", attachmentId);
    expect(await left.execute()).toEqual([]);
  });

  it("a visitor's file can get no previews while the file is in quarantine", async () => {
    const { token } = await insertRequest(service, {
      noteId,
      ownerId: "ann",
      request: { maxBytesPerFile: 2 ** 20, maxBytesTotal: 2 ** 20, review: true },
    });
    const visitor = createVisitor(service.app, token);
    await visitor.sendFile(PHOTO, { filename: "a.jpg", contentType: "image/jpeg" });
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    attachmentId = items.at(-1).id;
    expect(items.at(-1).state).toBe("quarantined");
    expect(await codeOfStart()).toBe("access_denied");
    const bob = service.as("bob");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "viewer" } });
    expect([await codeOfStart(bob), await codeOfCompletion(bob)]).toEqual([
      "attachment_not_found",
      "attachment_not_found",
    ]);
    expect((await visitor.send("POST /previews", { json: { attachmentIds: [attachmentId] } })).status).toBe(404);
  });

  it("a completion of a preview that came before the PUT can be repeated after the PUT", async () => {
    expect(await codeOfCompletion()).toBe("preview_not_found");
    const { upload } = (await startPreviews(ann, [declare(webp(), { attachmentId })])).body.previews[0];
    expect(await codeOfCompletion()).toBe("upload_incomplete");
    expect(await put(upload, webp())).toBe(200);
    expect(await codeOfCompletion()).toBeUndefined();
  });

  it("a refused preview does not affect the other previews of its batch", async () => {
    const good = declare(webp(), { attachmentId });
    const { previews } = (await startPreviews(ann, [{ ...good, attachmentId: unknownId() }, good, good])).body;
    expect(previews.map(({ problem }: { problem?: { code: string } }) => problem?.code)).toEqual([
      "attachment_not_found",
      undefined,
      undefined,
    ]);
    expect(previews[1].upload.url).toBe(previews[2].upload.url);
    const other = declare(webp({ width: 9, height: 9 }), { attachmentId, name: "large" });
    const second = (await startPreviews(ann, [other, { ...other, sizeBytes: 50 }])).body.previews;
    expect(second[1].problem.code).toBe("preview_exists");
  });
});

describe("limits of previews", () => {
  it("starts and completions of previews count in the rate limit of uploads", async () => {
    const limits = { uploadRate: { perSecond: 1, burst: 1 }, userQuotaBytes: PHOTO.length, userQuotaFiles: 1 };
    const service = await startServiceInTest({ engine: sqlite, limits });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    const attachmentId = await uploadPhoto(ann, { noteId });
    expect((await sendPreview(ann, { attachmentId })).preview).toBeDefined();
    expect((await ann.send("GET /usage")).body).toMatchObject({ usedBytes: PHOTO.length, files: 1 });
    const many = Array.from({ length: 5 }, () => ({ attachmentId, name: "small" }));
    expect((await completePreviews(ann, many)).body).toMatchObject({ status: 429, code: "rate_limited" });
  });
});
