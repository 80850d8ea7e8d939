import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { bucketOn, startEmbedded } from "./testing/bucket-server.ts";

test.each([-840, 840])("the service reads objects although its clock is off by %i seconds", async (seconds) => {
  const server = await startEmbedded();
  onTestFinished(() => server.stop());
  const bucket = bucketOn(server, { clock: () => Date.now() + seconds * 1000 });
  onTestFinished(() => bucket.close());
  const body = Readable.from([Buffer.from("hello")]);
  await bucket.store({ objectKey: "key", contentType: "text/plain", body, maxBytes: 5 });
  expect(await bucket.head("key")).toMatchObject({ sizeBytes: 5 });
  expect((await bucket.readStart("key", { length: 4 }))?.bytes.toString()).toBe("hell");
});

test("the service repeats a request that the bucket ended with the code RequestTimeout", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(400).end("<Error><Code>RequestTimeout</Code></Error>");
    else response.writeHead(200, { etag: '"a"', "content-length": "2" }).end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
  const bucket = bucketOn({ endpoint, credentials, bucket: "files", region: "us-east-1", forcePathStyle: true });
  onTestFinished(() => bucket.close());
  expect((await bucket.readStart("key", { length: 2 }))?.bytes.toString()).toBe("ok");
});
