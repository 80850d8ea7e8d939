import { beforeAll, describe, expect, it } from "vitest";
import { patterned } from "../../../platform/bucket/testing/bytes.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";
import { useService } from "../../../testing/use-service.ts";

const MIB = 2 ** 20;
const PART = 5 * MIB;
/** A file of three parts of the size that Uppy chooses, with a short last part. */
const FILE = patterned(2 * PART + 1_000);

// Only on SQLite, because these routes only translate the requests of Uppy into usual uploads.
describe("Uppy uploads", () => {
  let noteId: string;
  const service = useService({ engine: sqlite, limits: { uploadMaxBytes: 32 * MIB } });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "From Uppy" } })).body.id;
  });

  const begin = (metadata: object = {}, given: object = {}) => {
    const described = { filename: "film.bin", type: "application/x-film", ...given };
    return ann.send("POST /s3/multipart", {
      json: { ...described, metadata: { noteId, size: FILE.length, ...metadata } },
    });
  };
  const at = (uploadId: string, rest = "", query: object = {}) =>
    `/s3/multipart/${uploadId}${rest}?${new URLSearchParams({ key: uploadId, ...query })}`;
  const put = (url: string, body: Buffer) => fetch(url, { method: "PUT", body: Buffer.from(body) });

  async function start(metadata: object = {}): Promise<string> {
    const { status, body } = await begin(metadata);
    expect(status).toBe(200);
    expect(body).toEqual({ key: body.uploadId, uploadId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    return body.uploadId;
  }

  async function sign(uploadId: string, partNumber: number): Promise<string> {
    const { status, body, headers } = await ann.send(`GET ${at(uploadId, `/${partNumber}`)}`);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    return body.url;
  }

  /** Sends one part of the file. Returns the ETag without quotes, as the plugin of Uppy does. */
  async function sendPart(uploadId: string, partNumber: number, file = FILE) {
    const part = file.subarray((partNumber - 1) * PART, partNumber * PART);
    const answer = await put(await sign(uploadId, partNumber), part);
    expect(answer.status).toBe(200);
    return { PartNumber: partNumber, ETag: String(answer.headers.get("etag")).replaceAll('"', "") };
  }

  const complete = (uploadId: string, parts: object[]) =>
    ann.send(`POST ${at(uploadId, "/complete")}`, { json: { parts } });

  it("an Uppy upload attaches its file and returns the download URL", async () => {
    const uploadId = await start({ name: "film.bin", relativePath: null, caption: { any: "thing" } });
    const parts = [];
    for (const partNumber of [1, 2, 3]) parts.push(await sendPart(uploadId, partNumber));
    const listed = await ann.send(`GET ${at(uploadId)}`);
    expect(listed.body.map(({ PartNumber, Size }: Record<string, number>) => [PartNumber, Size])).toEqual([
      [1, PART],
      [2, PART],
      [3, 1_000],
    ]);
    const completed = await complete(uploadId, parts);
    expect(completed.status).toBe(200);
    const { key, location } = completed.body;
    expect(location).toBe(`https://files.example.com/attachments/${key}/download`);
    const attachment = (await ann.send(`GET /attachments/${key}`)).body;
    expect(attachment).toMatchObject({ noteId, state: "ready", filename: "film.bin", sizeBytes: FILE.length });
    const { fileUrl } = (await ann.send(`GET /attachments/${key}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(FILE)).toBe(true);
  });

  it("an Uppy upload keeps the folder of its file", async () => {
    const uploadId = await start({ path: "films/2024" });
    expect((await ann.send(`GET /uploads/${uploadId}`)).body.upload.path).toBe("films/2024/");
    expect((await begin({ path: "../" })).body.code).toBe("invalid_path");
  });

  it("a repeated completion of an Uppy upload returns the first response", async () => {
    const uploadId = await start();
    const parts = [];
    for (const partNumber of [1, 2, 3]) parts.push(await sendPart(uploadId, partNumber));
    const completed = await complete(uploadId, parts);
    const listed = (await ann.send(`GET ${at(uploadId)}`)).body;
    expect(listed).toHaveLength(3);
    const again = listed.map(({ PartNumber, ETag }: Record<string, unknown>) => ({ PartNumber, ETag }));
    expect((await complete(uploadId, again)).body).toEqual(completed.body);
  });

  it("requirement 6: the bucket refuses a part after the completion of an Uppy upload", async () => {
    const uploadId = await start({ size: 10 });
    const url = await sign(uploadId, 1);
    const part = await sendPart(uploadId, 1, patterned(10));
    const { key } = (await complete(uploadId, [part])).body;
    expect((await put(url, Buffer.alloc(10, "x"))).status).toBe(404);
    const { fileUrl } = (await ann.send(`GET /attachments/${key}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(patterned(10))).toBe(true);
  });

  it("an Uppy client can get the signed URLs of several parts with one request", async () => {
    const uploadId = await start();
    const answer = await ann.send(`GET ${at(uploadId, "/batch", { partNumbers: "3,1" })}`);
    expect(Object.keys(answer.body.presignedUrls)).toEqual(["1", "3"]);
    expect((await put(answer.body.presignedUrls["3"], FILE.subarray(2 * PART))).status).toBe(200);
    for (const partNumbers of ["", "0", "4", "1,,2", "1,10001", "a"]) {
      const { status } = await ann.send(`GET ${at(uploadId, "/batch", { partNumbers })}`);
      expect(status, partNumbers).toBe(400);
    }
  });

  it("requirement 1: an Uppy client can choose neither the object key nor the bucket", async () => {
    for (const given of [{ key: "a" }, { bucket: "other" }, { filename: "../../etc/passwd" }]) {
      expect((await begin({}, given)).status, JSON.stringify(given)).toBe(400);
    }
    const uploadId = await start({ key: "../../elsewhere", bucket: "other" });
    const url = new URL(await sign(uploadId, 1));
    expect(url.href).not.toMatch(/elsewhere|other|film/);
    const other = await start();
    for (const key of [other, "../../elsewhere", url.pathname, ""]) {
      const query = `?${new URLSearchParams({ key })}`;
      const calls = [
        `GET /s3/multipart/${uploadId}`,
        `GET /s3/multipart/${uploadId}/1`,
        `DELETE /s3/multipart/${uploadId}`,
      ];
      for (const call of calls)
        expect((await ann.send(call + query)).body, call + query).toMatchObject({ status: 400 });
    }
    expect((await ann.send(`GET /s3/multipart/${uploadId}/1`)).status).toBe(400);
    expect((await ann.send(`GET ${at(uploadId, "/1", { bucket: "other" })}`)).status).toBe(400);
  });

  it("requirement 3: the signature of an Uppy part covers the exact length of the part", async () => {
    const uploadId = await start();
    const last = await sign(uploadId, 3);
    for (const length of [999, 1_001, 0]) expect((await put(last, patterned(length))).status).toBe(403);
    expect((await put(await sign(uploadId, 1), patterned(PART - 1))).status).toBe(403);
    expect((await begin({ size: 32 * MIB + 1 })).body).toMatchObject({ status: 413, code: "file_too_large" });
    const sizeless = await begin({ size: undefined });
    expect(sizeless.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(sizeless.body.detail).toContain("uppy.setFileMeta(file.id, { size: file.size })");
  });

  it("an Uppy upload can have any part size that S3 permits", async () => {
    const uploadId = await start({ partSize: 6 * MIB });
    expect((await put(await sign(uploadId, 2), FILE.subarray(6 * MIB))).status).toBe(200);
    expect((await ann.send(`GET ${at(uploadId, "/3")}`)).status).toBe(400);
    for (const partSize of [5 * MIB - 1, 5 * 2 ** 30 + 1, "6"]) expect((await begin({ partSize })).status).toBe(400);
    const small = await start({ size: 10 });
    const part = await sendPart(small, 1, patterned(10));
    expect((await complete(small, [part])).status).toBe(200);
  });

  it("requirement 5: an Uppy upload whose content contradicts its name returns 422", async () => {
    const png = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), patterned(100)]);
    const begun = await begin({ size: png.length }, { filename: "report.pdf", type: "application/pdf" });
    const part = await sendPart(begun.body.uploadId, 1, png);
    expect((await complete(begun.body.uploadId, [part])).body).toMatchObject({ status: 422, code: "upload_rejected" });
    const { attachments } = (await ann.send(`GET /notes/${noteId}`)).body;
    const states = attachments.filter(({ filename }: Record<string, string>) => filename === "report.pdf");
    expect(states).toEqual([expect.objectContaining({ state: "rejected" })]);
    expect((await ann.send(`GET ${at(begun.body.uploadId)}`)).body).toEqual([]);
  });

  it("an Uppy client can repeat the abort of an upload", async () => {
    const uploadId = await start();
    await sendPart(uploadId, 1);
    expect((await ann.send(`DELETE ${at(uploadId)}`)).body).toEqual({});
    expect((await ann.send(`DELETE ${at(uploadId)}`)).status).toBe(200);
    expect((await ann.send(`GET ${at(uploadId, "/2")}`)).body).toMatchObject({
      status: 409,
      code: "upload_not_pending",
    });
    expect((await ann.send(`GET ${at(uploadId)}`)).body).toEqual([]);
  });

  it("an Uppy request with an invalid part number or body returns 400", async () => {
    const uploadId = await start();
    for (const part of ["0", "4", "10001", "1.5", "-1", "a"]) {
      expect((await ann.send(`GET ${at(uploadId, `/${part}`)}`)).status, part).toBe(400);
    }
    expect((await begin({ noteId: "no-id" })).status).toBe(400);
    expect((await begin({ size: -1 })).status).toBe(400);
    expect((await complete(uploadId, [{ PartNumber: 10_001, ETag: "a" }])).status).toBe(400);
    expect((await complete(uploadId, [])).body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect((await ann.send("GET /s3/sts")).body).toMatchObject({ status: 403, code: "access_denied" });
  });
});
