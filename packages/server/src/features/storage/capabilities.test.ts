import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bucket, LEAST_CAPABILITIES } from "../../platform/bucket/port.ts";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { startProxy } from "../../platform/bucket/testing/faulty-proxy.ts";
import { engines, type TestDatabase } from "../../testing/database/test-databases.ts";
import { EVERY_CAPABILITY } from "../../testing/service.ts";
import { createCapabilities, startBucketProbe } from "./capabilities.ts";
import { bucketCapabilityQueries, objectDeletionQueries } from "./queries.ts";

const DAY = 86_400_000;

describe.each(engines)("the capabilities of the bucket on $name", (engine) => {
  let database: TestDatabase;
  let server: BucketServer & { port: number };
  let bucket: Bucket;
  let now: number;
  let asked: number;
  beforeEach(async () => {
    database = await engine.open();
    server = await startEmbedded();
    bucket = bucketOn(server);
    now = Date.now();
    asked = 0;
  });
  afterEach(async () => {
    bucket.close();
    await server.stop();
    await database.close();
  });

  function open({ place = "here", on = bucket }: { place?: string; on?: Bucket } = {}) {
    return createCapabilities({
      db: database.db,
      clock: () => now,
      place,
      bucket: {
        newObjectKey: on.newObjectKey,
        delete: on.delete,
        tryCapabilities: (keys) => {
          asked += 1;
          return on.tryCapabilities(keys);
        },
      },
    });
  }

  it("all processes share the result of one probe of the bucket's capabilities", async () => {
    const first = open();
    expect(first.current()).toEqual(LEAST_CAPABILITIES);
    expect(await first.settle()).toEqual(EVERY_CAPABILITY);
    expect(first.current()).toEqual(EVERY_CAPABILITY);
    const second = open();
    expect(await second.settle()).toEqual(EVERY_CAPABILITY);
    expect(second.current()).toEqual(EVERY_CAPABILITY);
    expect(asked).toBe(1);
    expect(await inspect(server).keys()).toEqual([]);
    expect(await objectDeletionQueries(database.db).listDue(now + DAY, 10)).toEqual([]);
  });

  it("the service probes the bucket again after a day and on demand", async () => {
    await open().settle();
    now += DAY + 1;
    await open().settle();
    expect(asked).toBe(2);
    await open().ask();
    expect(asked).toBe(3);
    await open({ place: "elsewhere" }).settle();
    expect(asked).toBe(4);
  });

  it("the service probes the bucket again if the stored result lacks a capability", async () => {
    await open().settle();
    const put = { place: "here", capabilities: { copy: true } as never, askedAt: now };
    await bucketCapabilityQueries(database.db).put(put);
    expect(await open().settle()).toEqual(EVERY_CAPABILITY);
    expect(asked).toBe(2);
  });

  it("a probe that fails because the bucket is overloaded stores no result", async () => {
    let turns = 0;
    const proxy = await startProxy(server.endpoint, ({ method }) => {
      if (method !== "PUT") return "pass";
      turns += 1;
      return turns <= 2 ? "pass" : { status: 503, code: "SlowDown" };
    });
    const troubled = bucketOn({ ...server, endpoint: proxy.endpoint });
    const capabilities = open({ on: troubled });
    await expect(capabilities.settle()).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(capabilities.current()).toEqual(LEAST_CAPABILITIES);
    expect(await objectDeletionQueries(database.db).listDue(now + DAY, 10)).toHaveLength(3);
    expect(await bucketCapabilityQueries(database.db).find("here")).toBeUndefined();
    troubled.close();
    proxy.close();
  });

  it("the service probes an unavailable bucket as soon as the bucket is available", async () => {
    const { port } = server;
    await server.stop();
    const lines: { msg: string }[] = [];
    const known = Promise.withResolvers<void>();
    const logger = pino(
      {},
      {
        write(line: string) {
          lines.push(JSON.parse(line));
          if (line.includes("conditional PUT yes")) known.resolve();
        },
      },
    );
    const capabilities = open();
    const probe = await startBucketProbe({ capabilities, intervalMs: 20, logger });
    expect(capabilities.current()).toEqual(LEAST_CAPABILITIES);
    expect(lines.map(({ msg }) => msg)).toEqual([
      "bucket: capabilities unknown, so uploads are staged and copied; it is probed again",
    ]);
    server = await startEmbedded({ port });
    await known.promise;
    expect(capabilities.current()).toEqual(EVERY_CAPABILITY);
    await probe.stop();
    expect(lines.filter(({ msg }) => msg.startsWith("bucket:"))).toHaveLength(2);
  });

  it("a probe of the bucket needs only the permissions of the policy in the README", async () => {
    const operations = new Set<string>();
    const proxy = await startProxy(server.endpoint, ({ method, url = "", headers }) => {
      const { searchParams } = new URL(url, "http://bucket");
      const query = ["uploads", "uploadId", "delete"].filter((name) => searchParams.has(name));
      const copy = headers["x-amz-copy-source"] === undefined ? [] : ["copy"];
      operations.add([method, ...query, ...copy].join(" "));
      return "pass";
    });
    const watched = bucketOn({ ...server, endpoint: proxy.endpoint });
    await open({ on: watched }).ask();
    expect([...operations].sort()).toEqual([
      // s3:AbortMultipartUpload
      "DELETE uploadId",
      // s3:ListMultipartUploadParts
      "GET uploadId",
      // s3:GetObject
      "HEAD",
      // s3:DeleteObject
      "POST delete",
      // s3:PutObject
      "POST uploadId",
      "POST uploads",
      "PUT",
      "PUT copy",
      "PUT uploadId",
    ]);
    watched.close();
    proxy.close();
  });
});
