import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { BUCKET, startBucket, temporaryFolder } from "./testing/bucket.ts";
import { blobsIn } from "./testing/folder.ts";
import { uploadParts } from "./testing/upload.ts";

const AT = { Bucket: BUCKET };
const DAY_MS = 24 * 60 * 60 * 1000;
const RULE: LifecycleRule = {
  ID: "sweep",
  Status: "Enabled",
  Filter: { Prefix: "" },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
};
type Bucket = Awaited<ReturnType<typeof startBucket>>;

const put = ({ client }: Bucket, ...Rules: LifecycleRule[]) =>
  client.send(new PutBucketLifecycleConfigurationCommand({ ...AT, LifecycleConfiguration: { Rules } }));
const get = ({ client }: Bucket) => client.send(new GetBucketLifecycleConfigurationCommand(AT));
const uploads = async ({ client }: Bucket) =>
  (await client.send(new ListMultipartUploadsCommand(AT))).Uploads?.length ?? 0;

test("a configuration is kept, replaced and deleted", async () => {
  const bucket = await startBucket();
  await expect(get(bucket)).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
  await put(bucket, RULE);
  await put(bucket, { ...RULE, Filter: { Prefix: "in/" }, Status: "Disabled" });
  expect((await get(bucket)).Rules).toEqual([{ ...RULE, Filter: { Prefix: "in/" }, Status: "Disabled" }]);
  await bucket.client.send(new DeleteBucketLifecycleCommand(AT));
  await expect(get(bucket)).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
});

test.each([
  ["expiry of objects", { ...RULE, Expiration: { Days: 1 } }, 501],
  ["a filter by tag", { ...RULE, Filter: { Tag: { Key: "a", Value: "b" } } }, 501],
  ["no days", { ...RULE, AbortIncompleteMultipartUpload: {} }, 400],
  ["zero days", { ...RULE, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 0 } }, 400],
])("refuses %s and keeps the old configuration", async (_, rule, httpStatusCode) => {
  const bucket = await startBucket();
  await put(bucket, RULE);
  await expect(put(bucket, rule as LifecycleRule)).rejects.toMatchObject({ $metadata: { httpStatusCode } });
  expect((await get(bucket)).Rules).toEqual([RULE]);
});

test.each([
  ["aborts", RULE, DAY_MS, 0],
  ["keeps, a moment too early,", RULE, DAY_MS - 60_000, 1],
  ["keeps, disabled,", { ...RULE, Status: "Disabled" as const }, DAY_MS, 1],
  ["keeps, for another prefix,", { ...RULE, Filter: { Prefix: "b" } }, DAY_MS, 1],
])("a rule %s an upload at the next start", async (_, rule, later, left) => {
  const dataDir = await temporaryFolder();
  const start = Date.now();
  const bucket = await startBucket({ dataDir });
  await put(bucket, rule);
  await uploadParts(bucket.client, [Buffer.from("part")]);
  await bucket.close();
  const lateMs = later + (left === 0 ? Date.now() - start : 0);
  const again = await startBucket({ dataDir, now: () => start + lateMs, client: { systemClockOffset: lateMs } });
  expect([await uploads(again), (await blobsIn(dataDir)).length]).toEqual([left, left]);
});

test("a rule is applied while the bucket runs", async () => {
  let offset = 0;
  const now = () => Date.now() + offset;
  const bucket = await startBucket({ now, lifecycleIntervalMs: 10 });
  await put(bucket, RULE);
  await uploadParts(bucket.client, [Buffer.from("part")]);
  expect(await uploads(bucket)).toBe(1);
  offset = DAY_MS;
  await expect.poll(() => blobsIn(bucket.dataDir)).toEqual([]);
  expect(bucket.failures).toEqual([]);
});
