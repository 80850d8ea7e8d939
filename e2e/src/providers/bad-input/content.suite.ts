import { expect, test } from "vitest";
import { sha256 } from "../../../../packages/server/src/platform/bucket/testing/bytes.ts";
import { type BadInputFixture, DAY, LARGE, MIB, TEXT } from "./fixture.ts";

const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(2_000, 1)]);
const HTML = Buffer.from(`<!doctype html>${"<p>hello</p>".repeat(200)}`);

/** Tests uploads whose content differs from the declared size, type or checksum. */
export function contentTests(fixture: BadInputFixture): void {
  test("requirement 3: the S3 server refuses an upload of the wrong length", async () => {
    for (const body of ["hello, and more", "h", ""]) {
      const upload = await fixture.start();
      expect((await fixture.put(upload, body)).status).toBe(403);
      await fixture.expectIncomplete(upload);
    }
  });

  test("requirement 4: the S3 server refuses an upload of the wrong content type", async () => {
    const upload = await fixture.start();
    expect((await fixture.put(upload, "hello", { "content-type": "text/html" })).status).toBe(403);
    await fixture.expectIncomplete(upload);
  });

  test("requirement 8: an upload with a wrong checksum is refused", async () => {
    const upload = await fixture.start({ sha256: sha256(Buffer.from("hello")) });
    const answer = await fixture.put(upload, "jello");
    // If the bucket ignores the signed checksum, the PUT succeeds. The service must then reject the file when the upload is completed.
    expect(answer.status).toBe(fixture.capabilities().signedSha256 ? 400 : 200);
    if (fixture.capabilities().signedSha256) await fixture.expectIncomplete(upload);
    else await fixture.expectRejected(upload);
  });

  test("requirement 8: the service rejects a multipart upload with the wrong checksum", async () => {
    const declared = { filename: "a.bin", contentType: "application/x-film", sizeBytes: LARGE.length };
    const upload = await fixture.start({ ...declared, sha256: sha256(Buffer.from("hello")) });
    await fixture.sendParts(upload, [1, 2]);
    await fixture.expectRejected(upload);
  });

  test("requirement 5: the service rejects a .pdf file with PNG bytes", async () => {
    const upload = await fixture.start({ filename: "scan.pdf", contentType: "application/pdf", sizeBytes: PNG.length });
    expect((await fixture.put(upload, PNG)).status).toBe(200);
    await fixture.expectRejected(upload);
    // The upload URL is still valid, so a second PUT succeeds. The sweep after the tests deletes the object of the second PUT.
    expect((await fixture.put(upload, PNG)).status).toBe(200);
    await fixture.expectNoDownload(upload);
  });

  test("requirement 5: the service rejects an HTML file whose declared type is image/png", async () => {
    const upload = await fixture.start({ filename: "photo.png", contentType: "image/png", sizeBytes: HTML.length });
    expect((await fixture.put(upload, HTML)).status).toBe(200);
    await fixture.expectRejected(upload);
  });

  test("the service accepts an empty file", async () => {
    const upload = await fixture.start({ sizeBytes: 0, sha256: sha256(Buffer.alloc(0)) });
    await fixture.expectIncomplete(upload);
    expect((await fixture.put(upload, "x")).status).toBe(403);
    expect((await fixture.put(upload, "")).status).toBe(200);
    expect((await fixture.complete(upload)).body).toMatchObject({ state: "ready", sizeBytes: 0 });
    expect(await fixture.served(upload)).toHaveLength(0);
  });

  if (fixture.isBuiltIn) limitTests(fixture);
}

/** Tests starts of uploads that the service refuses without the bucket. */
function limitTests(fixture: BadInputFixture): void {
  test("requirement 3: the service refuses a file over the size limit", async () => {
    const before = await fixture.service().bucketContents.keys();
    const json = { ...TEXT, sizeBytes: 32 * MIB + 1 };
    const answer = await fixture.ann().send(`POST /notes/${fixture.noteId()}/uploads`, { json });
    expect(answer.body).toMatchObject({ status: 413, code: "file_too_large" });
    expect(answer.text).not.toContain("X-Amz");
    expect(await fixture.service().bucketContents.keys()).toEqual(before);
    expect(await fixture.service().bucketContents.uploads()).toBe(0);
  });

  test("requirement 9: simultaneous starts of uploads cannot exceed the quota", async () => {
    const limited = await fixture.open({ userQuotaFiles: 5 });
    const ben = await limited.as("ben");
    const note = (await ben.send("POST /notes", { json: { title: "Few" } })).body.id;
    const large = { filename: "a.bin", contentType: "application/x-film", sizeBytes: LARGE.length };
    const starts = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        ben.send(`POST /notes/${note}/uploads`, { json: turn % 2 === 0 ? large : { ...TEXT, sizeBytes: 5 } }),
      ),
    );
    const begun = starts.filter(({ status }) => status === 201);
    expect(begun).toHaveLength(5);
    for (const { status, body } of starts) {
      if (status !== 201) expect(body.code).toBe("quota_exceeded");
    }
    for (const { body } of begun) await ben.send(`DELETE /uploads/${body.upload.id}`);
    limited.advance(DAY);
    await limited.useCases.purgeObjects();
    expect(await limited.bucketContents.uploads()).toBe(0);
    await limited.close();
  });
}
