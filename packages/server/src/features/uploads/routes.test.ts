import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");

type Started = { id: string; attachmentId: string; method: string; url: string; headers: Record<string, string> };

/** Sends the PUT of an upload. As in a browser, the length header contains the real length of the body, not the signed length. */
function put({ method, url, headers }: Started, body: string, changed: Record<string, string> = {}): Promise<Response> {
  const { "content-length": _signed, ...settable } = headers;
  return fetch(url, { method, headers: { ...settable, ...changed }, body });
}

/** A file of this size is so large that the service reads the metadata and the bytes in two requests. */
const LARGE = "x".repeat(100_000);

type Start = Awaited<ReturnType<Bucket["readStart"]>>;

describe.each(engines)("uploads on $name", (engine) => {
  let noteId: string;
  let afterRead: (() => Promise<unknown>) | undefined;
  let nextReads: ((read: Start) => Start)[] = [];
  const service = useService({
    engine,
    wrap: {
      bucket: (bucket) => ({
        ...bucket,
        readSmall: async (...parameters) => {
          const read = await bucket.readSmall(...parameters);
          const after = afterRead;
          afterRead = undefined;
          await after?.();
          return read;
        },
        readStart: async (...parameters) => {
          const read = await bucket.readStart(...parameters);
          const change = nextReads.shift();
          return change === undefined ? read : change(read);
        },
      }),
    },
  });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function start(given: object = {}): Promise<Started> {
    const json = { filename: "hello.txt", sizeBytes: 5, contentType: "text/plain", ...given };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.status).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    return answer.body.upload;
  }

  it("a download returns the bytes of a completed upload", async () => {
    const upload = await start({ sha256: sha256("hello") });
    expect(upload).toMatchObject({ strategy: "put", method: "PUT" });
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload).toMatchObject({ state: "pending", noteId });
    expect((await put(upload, "hello")).status).toBe(200);
    const completed = await ann.send(`POST /uploads/${upload.id}/complete`, { json: {} });
    expect(completed.status).toBe(200);
    expect(completed.body).toMatchObject({
      id: upload.attachmentId,
      state: "ready",
      sizeBytes: 5,
      checksum: { algorithm: "SHA256", value: sha256("hello") },
    });
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body).toEqual(completed.body);
    const { fileUrl } = (await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
  });

  it("a client can repeat a completion that came before the PUT of the file", async () => {
    const upload = await start();
    const early = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(early.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    await put(upload, "hello");
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).status).toBe(200);
  });

  it("requirement 6: a second PUT to an upload URL returns 412", async () => {
    const upload = await start();
    await put(upload, "first");
    expect((await put(upload, "other")).status).toBe(412);
    await ann.send(`POST /uploads/${upload.id}/complete`);
    expect((await put(upload, "other")).status).toBe(412);
    const { fileUrl } = (await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("first");
  });

  it("requirement 3: the bucket refuses a body that is longer or shorter than declared", async () => {
    const upload = await start();
    expect((await put(upload, "hello, and more")).status).toBe(403);
    expect((await put(upload, "h")).status).toBe(403);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("upload_incomplete");
  });

  it("requirement 3: an upload start of a file over the size limit returns 413", async () => {
    const before = await service.bucketContents.keys();
    const json = { filename: "big.bin", sizeBytes: 2 ** 20 + 1, contentType: "text/plain" };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.body).toMatchObject({ status: 413, code: "file_too_large" });
    expect(answer.text).not.toContain("X-Amz");
    expect(await service.bucketContents.keys()).toEqual(before);
    expect((await ann.send(`GET /notes/${noteId}`)).text).not.toContain("big.bin");
    const atTheLimit = await start({ sizeBytes: 2 ** 20 });
    expect(atTheLimit.method).toBe("PUT");
  });

  it("requirement 4: the bucket refuses a PUT with another content type than declared", async () => {
    const upload = await start();
    expect((await put(upload, "hello", { "content-type": "text/html" })).status).toBe(403);
    const untyped = await start({ contentType: "" });
    expect(untyped.headers).toMatchObject({ "content-type": "application/octet-stream" });
    expect((await put(untyped, "hello")).status).toBe(200);
    const { body } = await ann.send(`POST /uploads/${untyped.id}/complete`);
    expect(body.contentType).toBe("application/octet-stream");
  });

  it("requirement 8: the service rejects a file with another SHA-256 than declared", async () => {
    // Changes the declared checksum after the PUT, to imitate a bucket that does not check the signed checksum.
    const upload = await start({ sha256: sha256("hello") });
    expect((await put(upload, "other")).status).toBeGreaterThanOrEqual(400);
    await put(upload, "hello");
    await service.database.db.kysely
      .updateTable("uploads")
      .set({ declared_sha256: sha256("other") })
      .where("id", "=", upload.id)
      .execute();
    const answer = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(answer.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(answer.body.detail).toMatch(/SHA-256 differs/);
    const again = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(again.body).toMatchObject({ status: 409, code: "upload_not_pending" });
    const url = await ann.send(`GET /attachments/${upload.attachmentId}/url`);
    expect(url.body).toMatchObject({ status: 409, code: "attachment_not_ready" });
    expect(url.text).not.toContain("X-Amz");
  });

  it("an abort deletes the object of the upload, even after a late PUT", async () => {
    const upload = await start();
    await put(upload, "hello");
    expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
    expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("upload_not_pending");
    expect((await ann.send(`GET /notes/${noteId}`)).text).not.toContain(upload.attachmentId);
    const kept = await service.bucketContents.keys();
    expect((await put(upload, "again")).status).toBe(200);
    service.advance(900_000 + 300_000 + 1_000);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual(kept);
    service.advance(-(900_000 + 300_000 + 1_000));
  });

  it.each([
    { what: "an abort", of: "uploads", status: 409, code: "upload_not_pending", detail: /upload is over \(aborted\)/ },
    { what: "a deletion", of: "attachments", status: 404, code: "attachment_not_found", detail: /not found/ },
  ])("the completion of an upload reports $what during its verification", async ({ of, ...expected }) => {
    const upload = await start();
    await put(upload, "hello");
    const call = `DELETE /${of}/${of === "uploads" ? upload.id : upload.attachmentId}`;
    afterRead = async () => expect((await ann.send(call)).status).toBe(204);
    const completed = await ann.send(`POST /uploads/${upload.id}/complete`);
    const { status, code, detail } = expected;
    expect(completed.body).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
    expect((await ann.send(`GET /notes/${noteId}`)).text).not.toContain(upload.attachmentId);
  });

  it("requirement 7: an object that changes during its verification is rejected", async () => {
    const upload = await start({ sizeBytes: LARGE.length });
    await put(upload, LARGE);
    const ofAnotherObject = (read: Start) => read && { ...read, etag: '"another"' };
    nextReads = [ofAnotherObject, ofAnotherObject];
    const completed = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(completed.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(completed.body.detail).toContain("was changed or removed during its verification");
    expect((await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body.code).toBe("attachment_not_ready");
  });

  it("a completion accepts an object that arrives during its verification", async () => {
    const upload = await start({ sizeBytes: LARGE.length });
    await put(upload, LARGE);
    nextReads = [() => undefined];
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body).toMatchObject({ state: "ready" });
  });

  it("two simultaneous completions of a rejected file return the same reason", async () => {
    const upload = await start({ filename: "a.png", contentType: "image/png" });
    await put(upload, "hello");
    const complete = () => ann.send(`POST /uploads/${upload.id}/complete`);
    let other: Awaited<ReturnType<typeof complete>> | undefined;
    afterRead = async () => {
      other = await complete();
    };
    const answer = await complete();
    expect(other?.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(answer.body).toMatchObject({
      status: 422,
      code: "upload_rejected",
      detail: other?.body.detail,
      rejection: { code: "content_mismatch", expectedType: "image/png" },
    });
  });

  it("requirement 1: an upload start with a key or a bucket returns 400", async () => {
    const declared = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    for (const chosen of [{ key: "a" }, { bucket: "b" }, { "../": "c" }, { objectKey: "d" }]) {
      const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json: { ...declared, ...chosen } });
      expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    }
    const { url } = await start({ filename: "holiday.txt" });
    expect(url).not.toContain("holiday");
  });

  it.each([
    ["../../etc/passwd"],
    [".."],
    ["."],
    [""],
    ["a/b.txt"],
    ["a\\b.txt"],
    ["a\u0000b.txt"],
    ["a\nb.txt"],
    ["exe\u202etxt.jpg"],
    ["half \ud800.txt"],
    ["x".repeat(256)],
  ])("requirement 2: an upload start with the filename %j returns 400", async (filename) => {
    const json = { filename, sizeBytes: 5, contentType: "text/plain" };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_filename" });
  });

  it.each([
    { sizeBytes: -1 },
    { sizeBytes: 1.5 },
    { sizeBytes: "5" },
    { sizeBytes: 1e20 },
    { sha256: "abc" },
    // The base64 text of the SHA-256 has extra bits at its end. A decoder that is not strict would still read 32 correct bytes.
    { sha256: `${sha256("hello").slice(0, 42)}R=` },
    { filename: undefined },
  ])("an upload start with %j returns 400", async (given) => {
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain", ...given };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.body.detail).toContain(Object.keys(given)[0]);
  });
});
