import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { startDistribution } from "../../packages/server/src/platform/bucket/testing/distribution.ts";
import { apiAs } from "./testing/api.ts";
import { makePlace, startProcess } from "./testing/service.ts";

it("a download URL works with the configured CloudFront distribution", async () => {
  const bucket = await startEmbedded();
  onTestFinished(() => bucket.stop());
  const distribution = await startDistribution(bucket);
  onTestFinished(() => distribution.stop());
  const { target } = distribution;
  const place = await makePlace({
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    AWS_BUCKET_NAME: bucket.bucket,
    AWS_REGION: bucket.region,
    AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
    S3_ENDPOINT: bucket.endpoint,
    CLOUDFRONT_DOMAIN: target.distribution,
    CLOUDFRONT_KEY_PAIR_ID: target.keyPairId,
    CLOUDFRONT_PRIVATE_KEY: target.privateKey,
    CLOUDFRONT_BIND_IP: "true",
  });
  onTestFinished(() => place.remove());
  const service = await startProcess(place);
  onTestFinished(() => void service.stop("SIGKILL"));
  const ann = await apiAs(service.url.replace("localhost", "127.0.0.1"), { sub: "ann" });
  const noteId = (await ann.call("POST", "/notes", { title: "Files" })).body.id;
  const bytes = new Uint8Array(randomBytes(100_000));
  const { id } = (await ann.attach(noteId, { name: "a.bin", bytes })).body;
  const { body } = await ann.call("GET", `/attachments/${id}/url`);
  expect(new URL(body.fileUrl).origin).toBe(target.distribution);
  expect(new URL(body.fileUrl).searchParams.has("Policy")).toBe(true);
  expect(new Uint8Array(await (await fetch(body.fileUrl)).arrayBuffer())).toEqual(bytes);
  const { headers: headersOfPage } = await fetch(service.url);
  expect(headersOfPage.get("content-security-policy")).toContain(target.distribution);
  expect(service.output()).not.toContain("PRIVATE KEY");
});
