import { beforeAll, describe, expect, it } from "vitest";
import { patterned, sha256 } from "../../platform/bucket/testing/bytes.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";

const MIB = 2 ** 20;
const PART = 8 * MIB;
/** A file of three parts, with a short last part. */
const FILE = patterned(2 * PART + 1_000);
/** A file of one part, for tests in which the number of parts does not matter. */
const SMALL = patterned(1_000);
const DAY_MS = 86_400_000;

type SignedPart = { partNumber: number; method: string; url: string; headers: Record<string, string> };

// Only on SQLite, because the tests of batches, of retries and of the sweep run the queries of uploads on both engines.
describe("multipart uploads", () => {
  let noteId: string;
  const service = useService({ engine: sqlite, limits: { uploadMaxBytes: 32 * MIB, singlePutMaxBytes: 100 } });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Large files" } })).body.id;
  });

  async function start(given: object = {}) {
    const json = { filename: "film.bin", sizeBytes: FILE.length, contentType: "application/x-film", ...given };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.status).toBe(201);
    return answer.body.upload;
  }

  async function sign(uploadId: string, partNumbers: number[]): Promise<SignedPart[]> {
    const answer = await ann.send(`POST /uploads/${uploadId}/parts`, { json: { partNumbers } });
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    return answer.body.parts;
  }

  const bytesOf = ({ partNumber }: SignedPart, file = FILE) =>
    file.subarray((partNumber - 1) * PART, partNumber * PART);
  const send = ({ method, url }: SignedPart, body: Buffer) => fetch(url, { method, body: Buffer.from(body) });

  /** Signs and sends the parts, as a client does. Returns the ETags of the uploaded parts. */
  async function sendParts(uploadId: string, partNumbers: number[], file = FILE) {
    return Promise.all(
      (await sign(uploadId, partNumbers)).map(async (part) => {
        const answer = await send(part, bytesOf(part, file));
        expect(answer.status).toBe(200);
        return { partNumber: part.partNumber, etag: String(answer.headers.get("etag")) };
      }),
    );
  }

  const complete = (uploadId: string, json: object = {}) => ann.send(`POST /uploads/${uploadId}/complete`, { json });
  const stateOf = async (uploadId: string) => (await ann.send(`GET /uploads/${uploadId}`)).body.upload;

  async function download(attachmentId: string): Promise<Buffer> {
    const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url`)).body;
    return Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
  }

  it("a download returns the bytes of a completed multipart upload", async () => {
    const upload = await start({ sha256: sha256(FILE) });
    expect(upload).toMatchObject({ strategy: "multipart", partSize: PART, partCount: 3 });
    expect(Object.keys(upload).sort()).toEqual(
      ["id", "attachmentId", "state", "strategy", "partSize", "partCount", "expiresAt"].sort(),
    );
    expect(Date.parse(upload.expiresAt) - Date.now()).toBeGreaterThan(DAY_MS - 60_000);
    const parts = await sendParts(upload.id, [3, 1, 2]);
    const completed = await complete(upload.id, { parts });
    expect(completed).toMatchObject({ status: 200, body: { state: "ready", sizeBytes: FILE.length } });
    expect(completed.body.checksum).toEqual({ algorithm: "SHA256", value: sha256(FILE) });
    expect((await download(upload.attachmentId)).equals(FILE)).toBe(true);
    expect((await complete(upload.id, { parts })).body).toEqual(completed.body);
    expect(await service.bucketContents.uploads()).toBe(0);
  });

  it("requirement 3: the signature of a part covers the exact length of the part", async () => {
    const upload = await start();
    const parts = await sign(upload.id, [1, 3]);
    expect(parts.map(({ headers }) => headers["content-length"])).toEqual([String(PART), "1000"]);
    expect(new URL(parts[0]?.url ?? "").searchParams.get("X-Amz-Expires")).toBe("900");
    const [, last] = parts as [SignedPart, SignedPart];
    for (const length of [999, 1_001, 0]) expect((await send(last, patterned(length))).status).toBe(403);
    expect((await stateOf(upload.id)).parts).toEqual([]);
    await ann.send(`DELETE /uploads/${upload.id}`);
  });

  it("a completion without part 2 returns 409 and names part 2", async () => {
    const upload = await start();
    expect((await complete(upload.id)).body).toMatchObject({ status: 409, code: "upload_incomplete" });
    await sendParts(upload.id, [1, 3]);
    const early = await complete(upload.id);
    expect(early.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(early.body.detail).toContain("Part 2 is not in the bucket yet");
    await sendParts(upload.id, [2]);
    expect((await complete(upload.id)).status).toBe(200);
  });

  it("the service lists the stored parts of an upload, so that a client can resume", async () => {
    const upload = await start();
    await sendParts(upload.id, [1]);
    const seen = await stateOf(upload.id);
    expect(seen).toMatchObject({ state: "pending", strategy: "multipart", partSize: PART, partCount: 3 });
    expect(seen.parts).toEqual([{ partNumber: 1, sizeBytes: PART, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) }]);
    await sendParts(upload.id, [2, 3]);
    expect((await complete(upload.id)).status).toBe(200);
    expect((await download(upload.attachmentId)).equals(FILE)).toBe(true);
    expect((await stateOf(upload.id)).parts).toEqual([]);
  });

  it("a completion with the wrong ETag of a part returns 409 and names the part", async () => {
    const upload = await start({ sizeBytes: SMALL.length });
    const [part] = await sendParts(upload.id, [1], SMALL);
    const invented = [{ ...part, etag: '"00000000000000000000000000000000"' }];
    const answer = await complete(upload.id, { parts: invented });
    expect(answer.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(answer.body.detail).toContain("Part 1");
    expect((await stateOf(upload.id)).parts).toHaveLength(1);
    const unknown = await complete(upload.id, { parts: [{ partNumber: 9, etag: "a" }] });
    expect(unknown.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect((await complete(upload.id, { parts: [part] })).status).toBe(200);
  });

  it("a completion returns 409 and names the part if a stored part has the wrong size", async () => {
    const upload = await start({ sizeBytes: SMALL.length });
    await sendParts(upload.id, [1], SMALL);
    await service.database.db.kysely
      .updateTable("uploads")
      .set({ size_bytes: SMALL.length + 1 })
      .where("id", "=", upload.id)
      .execute();
    const answer = await complete(upload.id);
    expect(answer.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(answer.body.detail).toContain("Part 1 has 1000 bytes where 1001 were signed");
    await ann.send(`DELETE /uploads/${upload.id}`);
  });

  it("a completion returns 409 and names part 2 if the ETag or size of part 2 is wrong", async () => {
    const sizeBytes = PART + 1_000;
    const upload = await start({ sizeBytes });
    const [first, last] = await sendParts(upload.id, [1, 2], FILE.subarray(0, sizeBytes));
    const parts = [first, { ...last, etag: '"00000000000000000000000000000000"' }];
    const wrongEtag = await complete(upload.id, { parts });
    expect(wrongEtag.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(wrongEtag.body.detail).toContain("Part 2 has a different ETag");
    const { kysely } = service.database.db;
    const signed = kysely.updateTable("uploads").set({ size_bytes: sizeBytes + 1 });
    await signed.where("id", "=", upload.id).execute();
    const wrongSize = await complete(upload.id);
    expect(wrongSize.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(wrongSize.body.detail).toContain("Part 2 has 1000 bytes where 1001 were signed");
    await ann.send(`DELETE /uploads/${upload.id}`);
  });

  it("a request for part URLs returns 400 if the upload does not have these parts", async () => {
    const upload = await start();
    const put = await start({ sizeBytes: 5 });
    const bad = [[4], [0], [-1], [1.5], [], ["1"], [10_001], Array.from({ length: 101 }, () => 1)];
    for (const partNumbers of bad) {
      const answer = await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers } });
      expect(answer.body, String(partNumbers)).toMatchObject({ status: 400, code: "invalid_request" });
      expect(answer.text).not.toContain("X-Amz");
    }
    const ofPut = await ann.send(`POST /uploads/${put.id}/parts`, { json: { partNumbers: [1] } });
    expect(ofPut.body).toMatchObject({ status: 400, code: "invalid_request" });
    const parts = Array.from({ length: 10_001 }, () => ({ partNumber: 1, etag: "a" }));
    expect((await complete(upload.id, { parts })).body).toMatchObject({ status: 400, code: "invalid_request" });
    await ann.send(`DELETE /uploads/${upload.id}`);
  });

  it("an abort of a multipart upload deletes the parts of the upload", async () => {
    const upload = await start();
    const [signed] = (await sign(upload.id, [1])) as [SignedPart];
    await sendParts(upload.id, [1]);
    for (const _time of [1, 2]) expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
    expect(await service.bucketContents.uploads()).toBe(0);
    expect((await send(signed, bytesOf(signed))).status).toBe(404);
    const parts = await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1] } });
    expect(parts.body).toMatchObject({ status: 409, code: "upload_not_pending" });
    expect((await complete(upload.id)).body).toMatchObject({ status: 409, code: "upload_not_pending" });
    expect((await stateOf(upload.id)).state).toBe("aborted");
  });

  it("requirement 10: a multipart upload expires after a day", async () => {
    const upload = await start();
    await sendParts(upload.id, [1]);
    const endsIn = (milliseconds: number) =>
      service.database.db.kysely
        .updateTable("uploads")
        .set({ expires_at: Date.now() + milliseconds })
        .where("id", "=", upload.id)
        .execute();
    await endsIn(600_000);
    const [late] = (await sign(upload.id, [2])) as [SignedPart];
    expect(Number(new URL(late.url).searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(600);
    await endsIn(-1);
    const answer = await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [2] } });
    expect(answer.body).toMatchObject({ status: 409, code: "upload_not_pending" });
    await service.useCases.expireUploads();
    expect((await stateOf(upload.id)).state).toBe("pending");
    await endsIn(-300_001);
    await service.useCases.expireUploads();
    expect((await stateOf(upload.id)).state).toBe("expired");
    expect(await service.bucketContents.uploads()).toBe(0);
  });

  it("requirement 8: a multipart upload with a wrong SHA-256 returns 422", async () => {
    const before = await service.bucketContents.keys();
    const upload = await start({ sizeBytes: SMALL.length, sha256: sha256(SMALL) });
    await sendParts(upload.id, [1], Buffer.alloc(SMALL.length, 7));
    const answer = await complete(upload.id);
    expect(answer.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(answer.body.detail).toContain("SHA-256 differs");
    expect(await service.bucketContents.keys()).toEqual(before);
    expect((await complete(upload.id)).body).toMatchObject({ status: 409, code: "upload_not_pending" });
  });

  it("requirement 5: the service rejects HTML with the declared type image/png", async () => {
    const before = await service.bucketContents.keys();
    const file = Buffer.concat([Buffer.from("<!doctype html><script>alert(1)</script>"), SMALL.subarray(40)]);
    const upload = await start({ sizeBytes: SMALL.length, filename: "photo.png", contentType: "image/png" });
    await sendParts(upload.id, [1], file);
    const answer = await complete(upload.id);
    expect(answer.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(answer.body.detail).toBe(
      "This file is not what its name says (it is HTML, named photo.png). It was not kept.",
    );
    expect(await service.bucketContents.keys()).toEqual(before);
  });

  it("the bucket's id of a multipart upload appears only in signed URLs", async () => {
    const upload = await start();
    const [open] = await service.bucketContents.openUploads();
    const bucketUploadId = String(open?.UploadId);
    expect(bucketUploadId).not.toBe("undefined");
    for (const call of [`GET /uploads/${upload.id}`, `GET /notes/${noteId}`, `GET /notes/${noteId}/activity`]) {
      expect((await ann.send(call)).text).not.toContain(bucketUploadId);
    }
    expect(JSON.stringify(upload)).not.toContain(bucketUploadId);
    await ann.send(`DELETE /uploads/${upload.id}`);
  });

  it("requirement 16: after a share is revoked, the service signs no upload parts", async () => {
    const ben = service.as("ben");
    const share = { json: { userIds: ["ben"], role: "editor" } };
    expect((await ann.send(`PUT /notes/${noteId}/shares`, share)).status).toBe(200);
    const json = { filename: "a.bin", sizeBytes: FILE.length, contentType: "application/x-film" };
    const { upload } = (await ben.send(`POST /notes/${noteId}/uploads`, { json })).body;
    await ann.send(`DELETE /notes/${noteId}/shares/ben`);
    const parts = await ben.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1] } });
    expect(parts.body).toMatchObject({ status: 403, code: "access_denied" });
    expect((await ben.send(`POST /uploads/${upload.id}/complete`)).status).toBe(403);
    expect((await ben.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
  });

  it("a multipart upload over the size limit returns 413 without a call to the bucket", async () => {
    const json = { filename: "a.bin", sizeBytes: 32 * MIB + 1, contentType: "application/x-film" };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.body).toMatchObject({ status: 413, code: "file_too_large" });
    expect(await service.bucketContents.uploads()).toBe(0);
  });

  it("the deletion of a note deletes the parts of unfinished uploads on the note", async () => {
    const note = (await ann.send("POST /notes", { json: { title: "Short-lived" } })).body.id;
    const json = { filename: "a.bin", sizeBytes: FILE.length, contentType: "application/x-film" };
    const { upload } = (await ann.send(`POST /notes/${note}/uploads`, { json })).body;
    await sendParts(upload.id, [3]);
    expect((await ann.send(`DELETE /notes/${note}`)).status).toBe(204);
    service.advance(301_000);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.uploads()).toBe(0);
    service.advance(-301_000);
  });
});
