import { request } from "node:http";
import { expect, test } from "vitest";
import { patterned } from "../../../../packages/server/src/platform/bucket/testing/bytes.ts";
import { type BadInputFixture, LARGE, MIB, PART, type Part } from "./fixture.ts";

export function partTests(fixture: BadInputFixture): void {
  /** The percentages of the bytes after which a connection breaks. */
  const brokenAt = fixture.isBuiltIn ? [1, 50, 99] : [50];

  test("the service refuses to complete a multipart upload if one of its parts is missing", async () => {
    const upload = await fixture.startLarge();
    await fixture.sendParts(upload, [2]);
    expect(await fixture.expectIncomplete(upload)).toContain("Part 1 is not in the bucket yet");
  });

  test("requirement 3: the S3 server refuses an uploaded part of the wrong size", async () => {
    const upload = await fixture.startLarge();
    const [first, second] = (await fixture.sign(upload, [1, 2])) as [Part, Part];
    expect((await fixture.put(first, Buffer.alloc(PART - 1))).status).toBe(403);
    expect((await fixture.put(second, Buffer.alloc(1_001))).status).toBe(403);
    await fixture.expectIncomplete(upload);
  });

  test("the service refuses to complete a multipart upload if a client invents an ETag", async () => {
    const upload = await fixture.startLarge();
    await fixture.sendParts(upload, [1, 2]);
    const invented = { partNumber: 1, etag: '"00000000000000000000000000000000"' };
    expect(await fixture.expectIncomplete(upload, { parts: [invented] })).toContain("has a different ETag");
    await fixture.ann().send(`DELETE /uploads/${upload.id}`);
  });

  test("the service refuses to complete an upload before its bytes arrive", async () => {
    for (const upload of [await fixture.start(), await fixture.startLarge()]) await fixture.expectIncomplete(upload);
  });

  if (fixture.isBuiltIn) {
    test("the service does not complete an upload that has 10,001 parts", async () => {
      const upload = await fixture.startLarge();
      for (const partNumber of [3, 10_000, 10_001]) {
        const answer = await fixture
          .ann()
          .send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [partNumber] } });
        expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
      }
      const parts = Array.from({ length: 10_001 }, (_, index) => ({ partNumber: index + 1, etag: "a" }));
      expect((await fixture.complete(upload, { parts })).body).toMatchObject({ status: 400, code: "invalid_request" });
      await fixture.expectNoDownload(upload);
    });
  }

  test.each(brokenAt)(
    "the S3 server accepts a part again after the connection broke at %i percent",
    async (percent) => {
      const upload = await fixture.startLarge();
      const [first] = (await fixture.sign(upload, [1])) as [Part];
      const body = LARGE.subarray(0, PART);
      await putUntil({ url: first.url, headers: {} }, { body, bytes: Math.floor((PART * percent) / 100) });
      expect((await fixture.ann().send(`GET /uploads/${upload.id}`)).body.upload.parts).toEqual([]);
      await fixture.expectIncomplete(upload);
      await fixture.sendParts(upload, [1, 2]);
      expect((await fixture.complete(upload)).body.state).toBe("ready");
      expect((await fixture.served(upload)).equals(LARGE)).toBe(true);
    },
  );

  test.each(brokenAt)(
    "the S3 server accepts a file again after the connection broke at %i percent",
    async (percent) => {
      const body = patterned(MIB);
      const upload = await fixture.start({
        filename: "a.bin",
        contentType: "application/x-film",
        sizeBytes: body.length,
      });
      const { "content-length": _length, ...headers } = upload.headers;
      await putUntil({ url: upload.url, headers }, { body, bytes: Math.floor((body.length * percent) / 100) });
      await fixture.expectIncomplete(upload);
      expect((await fixture.put(upload, body)).status).toBe(200);
      expect((await fixture.complete(upload)).body.state).toBe("ready");
      expect((await fixture.served(upload)).equals(body)).toBe(true);
    },
  );
}

/** Sends a PUT, and closes the connection after some bytes of the body. */
async function putUntil(
  { url, headers }: { url: string; headers: Record<string, string> },
  { body, bytes }: { body: Buffer; bytes: number },
): Promise<void> {
  const put = request(url, { method: "PUT", headers: { ...headers, "content-length": String(body.length) } });
  const closed = new Promise((resolve) => put.once("close", resolve));
  // Ignores the error of the PUT, which varies. The server may even respond before the connection closes.
  put.on("error", () => undefined);
  put.on("response", (response) => response.resume());
  await new Promise<void>((resolve) => put.write(body.subarray(0, bytes), () => resolve()));
  put.destroy();
  await closed;
}
