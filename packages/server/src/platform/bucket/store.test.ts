import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "./testing/bucket-server.ts";
import { patterned, patternedStream, sha256 } from "./testing/bytes.ts";
import { type Fate, startProxy } from "./testing/faulty-proxy.ts";
import { heldBytes } from "./testing/held-bytes.ts";

const MIB = 2 ** 20;
const PART = 5 * MIB;

let server: BucketServer;
let behind: ReturnType<typeof inspect>;
let objectKey: string;
let count = 0;

beforeAll(async () => {
  server = await startEmbedded();
  behind = inspect(server);
});

afterAll(async () => {
  behind.s3.destroy();
  await server.stop();
});

beforeEach(() => {
  objectKey = `key${count++}`;
});

/** Creates a bucket behind a faulty proxy. Records the requests that the proxy received. */
async function troubled(fateOf: (request: string, nth: number, incoming: IncomingMessage) => Fate) {
  const requests: string[] = [];
  const warnings: string[] = [];
  const proxy = await startProxy(server.endpoint, (incoming) => {
    const request = nameOf(incoming);
    requests.push(request);
    return fateOf(request, requests.filter((earlier) => earlier === request).length, incoming);
  });
  const bucket = bucketOn({ ...server, endpoint: proxy.endpoint }, { onWarning: (text) => warnings.push(text) });
  onTestFinished(() => {
    bucket.close();
    proxy.close();
  });
  const store = (bytes: Buffer) =>
    bucket.store({
      objectKey,
      contentType: "text/plain",
      body: Readable.from([Buffer.from(bytes)], { objectMode: false }),
      maxBytes: 100 * MIB,
    });
  return { bucket, store, requests, warnings };
}

function nameOf({ method, url = "" }: IncomingMessage): string {
  const query = new URL(url, "http://bucket").searchParams;
  if (query.has("uploads")) return "begin";
  if (query.has("partNumber")) return `part ${query.get("partNumber")}`;
  if (query.has("uploadId")) return method === "POST" ? "complete" : "abort";
  return method ?? "";
}

async function nothingIsLeft(): Promise<void> {
  expect(await behind.keys()).not.toContain(objectKey);
  expect(await behind.uploads()).toBe(0);
}

describe("the memory of the bucket adapter", () => {
  test("the bucket adapter stores a stream of 64 MiB unchanged in constant memory", async () => {
    const size = 64 * MIB;
    const bucket = bucketOn(server);
    const before = heldBytes();
    let most = 0;
    const body = patternedStream(size, (soFar) => {
      if (soFar % (16 * MIB) === 0) most = Math.max(most, heldBytes());
    });
    const stored = await bucket.store({ objectKey, contentType: "text/plain", body, maxBytes: size });
    expect(stored.sizeBytes).toBe(size);
    // The limit is far below the size of the stream, but leaves space for two parts and for the built-in bucket in the test process.
    expect(most - before).toBeLessThan(24 * MIB);
    expect(await bucket.computeChecksum(objectKey)).toEqual(stored.checksum);
    await bucket.delete([objectKey]);
    bucket.close();
  });

  test("the bucket adapter frees a chunk only if no other chunk shares its memory", async () => {
    const bucket = bucketOn(server);
    onTestFinished(() => bucket.close());
    const shared = Buffer.from(patterned(3 * MIB));
    const chunks = [Buffer.from(patterned(MIB)), shared.subarray(MIB), Buffer.from(patterned(PART))];
    const expected = sha256(Buffer.concat(chunks));
    const body = Readable.from([...chunks], { objectMode: false, highWaterMark: 0 });
    const { checksum } = await bucket.store({ objectKey, contentType: "text/plain", body, maxBytes: 9 * MIB });
    expect(checksum.value).toBe(expected);
    expect(chunks.map(({ length }) => length)).toEqual([0, 2 * MIB, 0]);
    expect(shared.equals(patterned(3 * MIB))).toBe(true);
  });

  test("the bucket adapter reads a stream at most two parts and one chunk ahead", async () => {
    const halted = Promise.withResolvers<void>();
    const { bucket } = await troubled((request) => (request === "part 1" ? { status: 503, code: "SlowDown" } : "pass"));
    let read = 0;
    const body = patternedStream(64 * MIB, (soFar) => {
      read = soFar;
    });
    body.on("close", halted.resolve);
    const storing = bucket.store({ objectKey, contentType: "text/plain", body, maxBytes: 64 * MIB });
    await expect(storing).rejects.toMatchObject({ code: "bucket_unavailable" });
    await halted.promise;
    expect(read).toBeLessThanOrEqual(2 * PART + 2 * MIB);
    await nothingIsLeft();
  });
});

describe("network faults", () => {
  test("the bucket adapter checks the object if the response to a PUT is lost", async () => {
    const bytes = patterned(1000);
    const { store, requests } = await troubled((request, nth) =>
      request === "PUT" && nth === 1 ? "loseResponse" : "pass",
    );
    expect(await store(bytes)).toEqual({ sizeBytes: 1000, checksum: { algorithm: "SHA256", value: sha256(bytes) } });
    expect(requests).toEqual(["PUT", "PUT", "GET"]);
  });

  test("the bucket adapter sends a part again if the response to the part is lost", async () => {
    const bytes = patterned(2 * PART + 5);
    const { bucket, store } = await troubled((request, nth) =>
      request === "part 2" && nth === 1 ? "loseResponse" : "pass",
    );
    const { checksum } = await store(bytes);
    expect(checksum.value).toBe(sha256(bytes));
    expect(await bucket.computeChecksum(objectKey)).toEqual(checksum);
  });

  test("the bucket adapter checks the object if the response to a completion is lost", async () => {
    const bytes = patterned(PART + 5);
    const { bucket, store } = await troubled((request, nth) =>
      request === "complete" && nth === 1 ? "loseResponse" : "pass",
    );
    const { checksum } = await store(bytes);
    expect(await bucket.computeChecksum(objectKey)).toEqual(checksum);
    expect(await behind.uploads()).toBe(0);
  });

  test.each([
    ["the first part", "part 1"],
    ["a later part", "part 2"],
    ["putting together", "complete"],
  ])("an upload leaves no object and no parts if %s always fails", async (_what, failing) => {
    const { store, requests, warnings } = await troubled((request) =>
      request === failing ? { status: 500, code: "InternalError" } : "pass",
    );
    await expect(store(patterned(3 * PART))).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(requests).toContain("abort");
    expect(warnings).toEqual([]);
    await nothingIsLeft();
  });

  test("the bucket adapter deletes an object if all responses to its PUT are lost", async () => {
    const { store } = await troubled((request) =>
      request === "PUT" ? "loseResponse" : request === "GET" ? { status: 500, code: "InternalError" } : "pass",
    );
    await expect(store(patterned(10))).rejects.toMatchObject({ code: "bucket_unavailable" });
    await nothingIsLeft();
  });

  test("the bucket adapter warns the operator if it cannot delete an unfinished upload", async () => {
    const { store, warnings } = await troubled((request) =>
      request === "part 1" || request === "abort" ? { status: 500, code: "InternalError" } : "pass",
    );
    await expect(store(patterned(PART + 1))).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(warnings).toEqual([expect.stringMatching(/could not be removed .* lifecycle rule/)]);
    await Promise.all((await behind.openUploads()).map(behind.abort));
  });
});

describe("S3 servers with fewer capabilities", () => {
  test("the bucket adapter reads each uploaded object on a server without checksums", async () => {
    const bytes = patterned(1000);
    const { store, requests } = await troubled((request) =>
      request === "PUT" ? { withoutHeader: "x-amz-checksum-sha256" } : "pass",
    );
    expect((await store(bytes)).checksum.value).toBe(sha256(bytes));
    expect(requests).toEqual(["PUT", "GET"]);
  });

  describe.each([
    [400, "InvalidArgument"],
    [501, "NotImplemented"],
  ])("S3 servers that refuse checksum headers with %i", (status, code) => {
    const refusing = () =>
      troubled((_request, _nth, { headers }) =>
        Object.keys(headers).some((name) => name.startsWith("x-amz-checksum-")) ? { status, code } : "pass",
      );

    test.each([1000, PART + 5])("a server that refuses checksum headers stores a stream of %i bytes", async (size) => {
      const bytes = patterned(size);
      const { bucket, store, requests } = await refusing();
      expect((await store(bytes)).checksum.value).toBe(sha256(bytes));
      expect(await bucket.head(objectKey)).toMatchObject({ sizeBytes: size, contentType: "text/plain" });
      await bucket.delete([objectKey]);
      requests.length = 0;
      await store(bytes);
      expect(requests).toEqual(size > PART ? ["begin", "part 1", "part 2", "complete", "GET"] : ["PUT", "GET"]);
      await bucket.delete([objectKey]);
      await nothingIsLeft();
    });

    test("the metadata of an object is readable on a server that refuses checksum headers", async () => {
      const { bucket, store } = await refusing();
      await store(patterned(10));
      const { bucket: other } = await refusing();
      expect(await other.head(objectKey)).toMatchObject({ sizeBytes: 10 });
      expect(await other.head("missing")).toBeUndefined();
      await bucket.delete([objectKey]);
    });

    test("one request deletes several objects on a server that refuses checksum headers", async () => {
      const { bucket, store, requests } = await refusing();
      await store(patterned(10));
      expect(await bucket.delete([objectKey, "missing"])).toEqual([objectKey, "missing"]);
      expect(requests.filter((request) => request === "POST")).toHaveLength(1);
      expect(requests).not.toContain("DELETE");
      await nothingIsLeft();
    });
  });

  test("the bucket adapter sends no conditions to a server without conditional writes", async () => {
    const { bucket, store, requests } = await troubled((request, nth) =>
      request === "PUT" && nth === 1 ? { status: 501, code: "NotImplemented" } : "pass",
    );
    await store(patterned(10));
    expect(requests).toEqual(["PUT", "PUT"]);
    expect(await bucket.head(objectKey)).toMatchObject({ sizeBytes: 10 });
  });

  test("objects are deleted one by one after the server refuses DeleteObjects", async () => {
    const { bucket, store, requests } = await troubled((request) =>
      request === "POST" ? { status: 501, code: "NotImplemented" } : "pass",
    );
    await store(patterned(10));
    requests.length = 0;
    const others = Array.from({ length: 20 }, (_, nth) => `missing${nth}`);
    expect(await bucket.delete([objectKey, ...others])).toEqual([objectKey, ...others]);
    expect(await bucket.delete(others)).toEqual(others);
    expect(requests.filter((request) => request === "POST")).toHaveLength(1);
    expect(requests.filter((request) => request === "DELETE")).toHaveLength(41);
    expect(await bucket.head(objectKey)).toBeUndefined();
  });

  test("the bucket adapter warns the operator if the server does not delete an object", async () => {
    const { bucket, warnings } = await troubled((request) =>
      request === "POST"
        ? {
            status: 200,
            body: "<DeleteResult><Error><Key>kept</Key><Code>AccessDenied</Code><Message>Locked</Message></Error></DeleteResult>",
          }
        : "pass",
    );
    expect(await bucket.delete(["gone", "kept", "gone too"])).toEqual(["gone", "gone too"]);
    expect(warnings).toEqual(["The bucket did not delete 1 of 3 objects: AccessDenied, Locked"]);
  });
});

describe("requirement 30: the buffers of several request bodies", () => {
  const MAX = 64 * MIB;
  /** A body of 100,000 bytes needs a shared buffer. A body of at most 64 KiB would need no shared buffer. */
  const LARGE = 100_000;

  function bucketWith(partBuffers: { totalBytes: number; waitMs?: number }) {
    const bucket = bucketOn(server, { partBuffers });
    onTestFinished(() => bucket.close());
    const store = (body: Readable, maxBytes = MAX) =>
      bucket.store({ objectKey: `${objectKey}-${count++}`, contentType: "text/plain", body, maxBytes });
    const storeOf = (userId: string, body: Readable) =>
      bucket.store({ userId, objectKey: `${objectKey}-${count++}`, contentType: "text/plain", body, maxBytes: MAX });
    return { store, storeOf };
  }

  /** Returns a body that never ends. `arrived` resolves when the service has read its first bytes. */
  function stalledBody() {
    const arrived = Promise.withResolvers<void>();
    const body = new Readable({
      read() {
        if (this.readableDidRead) arrived.resolve();
        else this.push(Buffer.alloc(LARGE));
      },
    });
    return { body, arrived: arrived.promise };
  }

  test("the request body of an upload waits until another body releases its buffer", async () => {
    const { store } = bucketWith({ totalBytes: PART });
    const first = stalledBody();
    const failing = expect(store(first.body)).rejects.toMatchObject({ code: "upload_aborted" });
    await first.arrived;
    let isStored = false;
    const second = store(Readable.from([Buffer.alloc(LARGE)], { objectMode: false })).then(() => {
      isStored = true;
    });
    await expect(store(Readable.from([], { objectMode: false }))).resolves.toMatchObject({ sizeBytes: 0 });
    expect(isStored).toBe(false);
    first.body.destroy(new Error("The client left"));
    await failing;
    await second;
  });

  test("waiting request bodies get free buffers in the order of their first bytes", async () => {
    const { store } = bucketWith({ totalBytes: PART });
    const first = stalledBody();
    const failing = expect(store(first.body)).rejects.toMatchObject({ code: "upload_aborted" });
    await first.arrived;
    const order: number[] = [];
    const waiting = [PART, LARGE, 2 * LARGE].map((size, nth) =>
      store(Readable.from([Buffer.alloc(size)], { objectMode: false }), size).then(() => order.push(nth)),
    );
    first.body.destroy();
    await failing;
    await Promise.all(waiting);
    expect(order[0]).toBe(0);
  });

  test("a free buffer goes to the person whose uploads use the fewest bytes of buffers", async () => {
    const { storeOf } = bucketWith({ totalBytes: 2 * PART });
    const slow = [stalledBody(), stalledBody()];
    const failing = slow.map(({ body }) => storeOf("ann", body).catch(() => undefined));
    await Promise.all(slow.map(({ arrived }) => arrived));
    const order: string[] = [];
    const waiting = ["ann", "ann", "ben"].map((userId) =>
      storeOf(userId, Readable.from([Buffer.alloc(LARGE)], { objectMode: false })).then(() => order.push(userId)),
    );
    slow[0]?.body.destroy();
    await Promise.all(waiting);
    expect(order).toEqual(["ben", "ann", "ann"]);
    slow[1]?.body.destroy();
    await Promise.all(failing);
  });

  test("several multipart uploads finish although they share one buffer", async () => {
    const { store } = bucketWith({ totalBytes: PART });
    const stored = await Promise.all([1, 2, 3].map((nth) => store(patternedStream(2 * PART + nth))));
    expect(stored.map(({ sizeBytes }) => sizeBytes)).toEqual([2 * PART + 1, 2 * PART + 2, 2 * PART + 3]);
  });

  test("a short request body does not need the buffer of a whole part", async () => {
    const { store } = bucketWith({ totalBytes: PART + MIB });
    const first = stalledBody();
    const failing = expect(store(first.body)).rejects.toMatchObject({ code: "upload_aborted" });
    await first.arrived;
    expect(await store(patternedStream(MIB), MIB)).toMatchObject({ sizeBytes: MIB });
    first.body.destroy();
    await failing;
  });

  test("an upload that waits too long for a buffer fails with service_busy", async () => {
    const { store } = bucketWith({ totalBytes: PART, waitMs: 50 });
    const first = stalledBody();
    const failing = expect(store(first.body)).rejects.toMatchObject({ code: "upload_aborted" });
    await first.arrived;
    await expect(store(patternedStream(LARGE))).rejects.toMatchObject({ code: "service_busy" });
    first.body.destroy();
    await failing;
    expect(await store(patternedStream(LARGE))).toMatchObject({ sizeBytes: LARGE });
  });

  test("a part of an upload releases its buffer when the part fails", async () => {
    const proxy = await startProxy(server.endpoint, (incoming) =>
      nameOf(incoming) === "part 1" ? { status: 400, code: "InvalidRequest" } : "pass",
    );
    const bucket = bucketOn(
      { ...server, endpoint: proxy.endpoint },
      { partBuffers: { totalBytes: PART, waitMs: 5_000 } },
    );
    onTestFinished(() => {
      bucket.close();
      proxy.close();
    });
    const options = { objectKey, contentType: "text/plain", maxBytes: MAX };
    await expect(bucket.store({ ...options, body: patternedStream(PART + 1) })).rejects.toMatchObject({
      code: "bucket_unavailable",
    });
    expect(await bucket.store({ ...options, body: patternedStream(10) })).toMatchObject({ sizeBytes: 10 });
  });
});
