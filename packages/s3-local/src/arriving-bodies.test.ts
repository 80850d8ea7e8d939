import { AbortMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { unfinishedIn } from "./testing/data-folder.ts";
import { open, presignerFor, receive, send, signing } from "./testing/http.ts";
import { presignByHand } from "./testing/sign-by-hand.ts";
import { bytesOf } from "./testing/streams.ts";

const AT = { Bucket: BUCKET, Key: "a" };
const BODY = Buffer.alloc(2_000_000, "a");

/** Sends all bytes of a body except the last, and keeps the request open. */
async function stall(url: string) {
  const outgoing = open({ method: "PUT", url, headers: { "content-length": String(BODY.length) } });
  outgoing.on("error", () => undefined);
  await new Promise((resolve) => outgoing.write(BODY.subarray(1), resolve));
  const response = receive(outgoing);
  response.catch(() => undefined);
  return { outgoing, response };
}

/** Resolves when the disk has the given number of unfinished bodies. */
async function arrived(dataDir: string, bodies: number): Promise<void> {
  await expect.poll(() => unfinishedIn(dataDir)).toHaveLength(bodies);
}

test("requirement 9: the bucket refuses a third upload to a key while two uploads arrive", async () => {
  const { client, dataDir, endpoint } = await startBucket();
  const { url } = presignerFor(endpoint).presignPut(signing("a"));
  const first = await stall(url);
  const second = await stall(url);
  await arrived(dataDir, 2);
  expect(await send({ method: "PUT", url, body: "third" })).toMatchObject({ status: 503, code: "SlowDown" });
  const other = presignerFor(endpoint).presignPut(signing("b"));
  expect(await send({ method: "PUT", url: other.url, body: "other" })).toMatchObject({ status: 200 });
  second.outgoing.destroy();
  await arrived(dataDir, 1);
  expect(await send({ method: "PUT", url, body: "third" })).toMatchObject({ status: 200 });
  first.outgoing.end("a");
  expect(await first.response).toMatchObject({ status: 200 });
  expect(await bytesOf(await client.send(new GetObjectCommand(AT)))).toEqual(BODY);
});

test("requirement 9: the bucket aborts an upload that lasts too long after its URL expired", async () => {
  // The bucket's clock stands still, so that the URL cannot expire before the request headers arrive.
  const now = Date.now();
  const { client, dataDir, endpoint } = await startBucket({ now: () => now, lateBodyMs: 200 });
  const { url } = presignerFor(endpoint).presignPut({ ...signing("a"), expiresInSeconds: 1, now });
  const { response } = await stall(url);
  expect(await response).toMatchObject({ status: 400, code: "RequestTimeout" });
  await arrived(dataDir, 0);
  await expect(client.send(new GetObjectCommand(AT))).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("the bucket stores an upload that completes shortly after the URL expires", async () => {
  let now = Date.now();
  const { dataDir, endpoint } = await startBucket({ now: () => now });
  const { url, expiresAt } = presignerFor(endpoint).presignPut({ ...signing("a"), expiresInSeconds: 1, now });
  const { outgoing, response } = await stall(url);
  await arrived(dataDir, 1);
  now = expiresAt + 1;
  outgoing.end("a");
  expect(await response).toMatchObject({ status: 200 });
});

test("requirement 9: the bucket refuses a part that arrives while its upload is aborted", async () => {
  const { client, dataDir, endpoint } = await startBucket();
  const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand(AT));
  const url = presignByHand(endpoint, {
    method: "PUT",
    path: `/${BUCKET}/a`,
    query: ["partNumber=1", `uploadId=${UploadId}`],
  });
  const { response } = await stall(url);
  await arrived(dataDir, 1);
  await client.send(new AbortMultipartUploadCommand({ ...AT, UploadId }));
  expect(await response).toMatchObject({ status: 404, code: "NoSuchUpload" });
  await arrived(dataDir, 0);
});
