import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { bucketOn, startEmbedded } from "./testing/bucket-server.ts";

test.each([-840, 840])(
  "the bucket adapter reads objects although the clock is wrong by %i seconds",
  async (seconds) => {
    const server = await startEmbedded();
    onTestFinished(() => server.stop());
    const bucket = bucketOn(server, { clock: () => Date.now() + seconds * 1000 });
    onTestFinished(() => bucket.close());
    const body = Readable.from([Buffer.from("hello")]);
    await bucket.store({ objectKey: "key", contentType: "text/plain", body, maxBytes: 5 });
    expect(await bucket.head("key")).toMatchObject({ sizeBytes: 5 });
    expect((await bucket.readStart("key", { length: 4 }))?.bytes.toString()).toBe("hell");
  },
);

/** Starts a server that sends the prepared responses in order. Returns a bucket on this server, and the received requests. */
async function scripted(responses: readonly [status: number, body: string, headers?: Record<string, string>][]) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const [status, body, headers = {}] = responses[requests.length] ?? [500, ""];
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
  const bucket = bucketOn({ endpoint, credentials, bucket: "files", region: "us-east-1", forcePathStyle: true });
  onTestFinished(() => bucket.close());
  return { bucket, requests };
}

const errorOf = (code: string) =>
  `<?xml version="1.0"?>  \n <Error><Code>${code}</Code><Message>As told</Message></Error>`;

test("the bucket adapter repeats a request after the error code RequestTimeout", async () => {
  const { bucket } = await scripted([
    [400, errorOf("RequestTimeout")],
    [200, "ok", { etag: '"a"', "content-length": "2" }],
  ]);
  expect((await bucket.readStart("key", { length: 2 }))?.bytes.toString()).toBe("ok");
});

const completion = { objectKey: "key", bucketUploadId: "upload", parts: [{ partNumber: 1, etag: '"a"' }] };

test("the bucket adapter repeats a completion that failed after the status 200", async () => {
  const { bucket, requests } = await scripted([
    [200, errorOf("InternalError")],
    [200, "<CompleteMultipartUploadResult><ETag>b</ETag></CompleteMultipartUploadResult>"],
  ]);
  expect(await bucket.completeMultipart(completion)).toBe("done");
  expect(requests).toEqual(Array(2).fill("POST /files/key?uploadId=upload"));
});

test("a completion or copy that fails after the status 200 does not count as done", async () => {
  const failing = await scripted([
    [200, errorOf("InvalidPart")],
    [200, errorOf("AccessDenied")],
  ]);
  expect(await failing.bucket.completeMultipart(completion)).toBe("parts_changed");
  const copy = failing.bucket.copy({ from: "a", to: "b", sizeBytes: 1, contentType: "text/plain" });
  await expect(copy).rejects.toMatchObject({
    code: "bucket_unavailable",
    cause: expect.objectContaining({ message: expect.stringMatching(/^CopyObject failed .*AccessDenied, status 200/) }),
  });
  expect(failing.requests).toHaveLength(2);
});

test("a list of objects stops if a response of the bucket is not XML", async () => {
  const { bucket } = await scripted([[200, "<html>Welcome</html>"]]);
  expect(await bucket.listObjects()[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
});
