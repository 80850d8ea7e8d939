import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BucketOptions, ValetKeyOptions } from "../../index.ts";
import { inspect, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { openTestFiles } from "../../testing.ts";
import { createPlace, open, type TestUser, users } from "./testing/embedding.ts";

const { ann } = users;
const text = (filename = "a.txt") => ({ filename, body: Buffer.from("the invoice") });
const invoice = (itemId: string) => ({ resource: "invoice", itemId });

/** The item `eu-1` belongs to the tenant `eu`, whose files are in the bucket `eu`. The tenant `main` has no separate bucket. */
const place = ({ itemId }: { itemId: string }) => {
  const tenant = itemId.split("-")[0] as string;
  return tenant === "main" ? { tenant } : { tenant, bucket: tenant };
};
const options = {
  background: false,
  resources: { invoice: { may: () => true } },
  place,
} satisfies Partial<ValetKeyOptions<TestUser>>;

/** Starts another S3 server with a bucket for tenants. */
async function startBucket() {
  const server = await startEmbedded();
  onTestFinished(server.stop);
  const { bucket: name, region, endpoint, credentials } = server;
  return { target: { name, region, endpoint, credentials } satisfies BucketOptions, keys: inspect(server).keys };
}

describe.each(engines)("buckets of tenants on $name", (engine) => {
  it("a copy or move of a file to another tenant goes to the bucket of that tenant", async () => {
    const [eu, us] = [await startBucket(), await startBucket()];
    const { files, as, bucket } = await open(await createPlace(engine), {
      ...options,
      buckets: { us: us.target, eu: eu.target },
      adoptPrefixes: ["legacy/"],
    });
    const counts = async () => [(await bucket.keys()).length, (await eu.keys()).length, (await us.keys()).length];
    const uploaded = (await as("ann").upload("/invoice/eu-1")).body.id;
    const large = { filename: "large.bin", body: Buffer.alloc(6 * 2 ** 20, "a") };
    const attached = await files.attach(ann, invoice("eu-2"), large);
    const small = await files.attach(ann, invoice("eu-2"), text());
    expect(await counts()).toEqual([0, 3, 0]);
    expect(await eu.keys()).toEqual(Array(3).fill(expect.stringMatching(/^valetkey-places\/tenants\/eu\//)));
    const { url } = await files.issueUrl(ann, uploaded);
    expect(new URL(url).origin).toBe(eu.target.endpoint);
    expect(await (await fetch(url)).text()).toBe("the invoice");
    const copy = await files.copy(ann, attached.id, invoice("us-1"));
    const moved = await files.move(ann, small.id, invoice("main-1"));
    await files.tick();
    expect(await counts()).toEqual([1, 2, 1]);
    const copied = await (await fetch((await files.issueUrl(ann, copy.id)).url)).arrayBuffer();
    expect(Buffer.from(copied).equals(large.body)).toBe(true);
    expect(await (await fetch((await files.issueUrl(ann, moved.id)).url)).text()).toBe("the invoice");
    await bucket.s3.send(new PutObjectCommand({ Bucket: "files", Key: "legacy/a.txt", Body: "text" }));
    await files.adopt(ann, invoice("us-1"), { key: "legacy/a.txt", contentType: "text/plain", copy: true });
    expect(await counts()).toEqual([2, 2, 2]);
    await files.asApplication.removeTenant("us");
    await files.tick();
    expect(await counts()).toEqual([2, 2, 0]);
    expect(await files.health()).toMatchObject({ status: "ready" });
  });

  it("the service does not start if the option `buckets` omits a bucket with files", async () => {
    const [eu, us] = [await startBucket(), await startBucket()];
    const location = await createPlace(engine);
    const both = { us: us.target, eu: eu.target };
    const [first, twin] = await Promise.all([
      open(location, { ...options, buckets: both }),
      open(location, { ...options, buckets: { eu: eu.target, us: us.target } }),
    ]);
    const { id } = await first.files.attach(ann, invoice("us-1"), text());
    const read = async (from: typeof first) => (await fetch((await from.files.issueUrl(ann, id)).url)).text();
    expect(await read(twin)).toBe("the invoice");
    await first.close();
    await twin.close();
    const refused = (buckets: Record<string, BucketOptions> | undefined) =>
      expect(open(location, { ...options, ...(buckets && { buckets }) })).rejects;
    const missing = {
      code: "bucket_unavailable",
      message: expect.stringContaining('files or items in the bucket "us"'),
    };
    await refused(undefined).toMatchObject(missing);
    await refused({ eu: eu.target }).toMatchObject(missing);
    const moved = {
      code: "bucket_unavailable",
      message: expect.stringContaining('The files of the bucket "us" are in'),
    };
    await refused({ us: eu.target, eu: us.target }).toMatchObject(moved);
    // No file and no item uses the bucket `eu`, so the option `buckets` can name another bucket instead.
    const last = await open(location, { ...options, buckets: { ap: eu.target, us: us.target } });
    expect(await read(last)).toBe("the invoice");
    await last.files.attach(ann, invoice("ap-1"), text());
    expect([(await eu.keys()).length, (await us.keys()).length]).toEqual([1, 1]);
    // After the removal of its files, the item still names its bucket.
    await last.files.asApplication.removeTenant("us");
    await last.close();
    await refused({ ap: eu.target }).toMatchObject(missing);
  });
});

it("an upload fails and stores nothing if `place` returns an unknown bucket", async () => {
  const eu = await startBucket();
  const names: unknown[] = ["ap", "__proto__", "constructor", "", 7, null, { eu: 1 }];
  let name: unknown;
  const { files, bucket } = await open(await createPlace(sqlite), {
    ...options,
    buckets: { eu: eu.target },
    place: () => ({ tenant: "acme", bucket: name as string }),
  });
  for (name of names) {
    await expect(files.attach(ann, invoice("1"), text())).rejects.toThrow("place() must return a bucket of the option");
  }
  expect([await bucket.keys(), await eu.keys()]).toEqual([[], []]);
});

it("openTestFiles replaces the option `buckets`", async () => {
  const { files, uploadFile, close } = await openTestFiles<TestUser>({
    ...{ resources: options.resources, place },
    buckets: { eu: { name: "files-eu", region: "eu-central-1" } },
  });
  onTestFinished(close);
  const { id } = await uploadFile(ann, invoice("eu-1"), { body: "hello" });
  expect((await files.issueUrl(ann, id)).url).toContain("/buckets/eu/valetkey-places/tenants/eu/");
});
