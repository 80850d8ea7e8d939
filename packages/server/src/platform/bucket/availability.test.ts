import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { DomainError } from "../errors.ts";
import type { Bucket } from "./port.ts";
import { bucketOn, startEmbedded } from "./testing/bucket-server.ts";
import { patternedStream } from "./testing/bytes.ts";
import { type Fate, startProxy } from "./testing/faulty-proxy.ts";

const MIB = 2 ** 20;
/** The maximum time until a call fails. Most calls fail in less than a second, but a busy machine is much slower. */
const LIMIT_MS = 20_000;

const place = { objectKey: "key", bucketUploadId: "upload" };

/** Every method of `Bucket` that sends a request to the bucket. */
const calls: [string, (bucket: Bucket) => Promise<unknown>][] = [
  ["probe", (bucket) => bucket.probe()],
  ["head", (bucket) => bucket.head("key")],
  ["computeChecksum", (bucket) => bucket.computeChecksum("key")],
  ["readStart", (bucket) => bucket.readStart("key", { length: 10 })],
  ["readSmall", (bucket) => bucket.readSmall("key", { maxBytes: 10 })],
  ["read", (bucket) => bucket.read("key", { etag: "" })],
  ["createMultipart", (bucket) => bucket.createMultipart({ objectKey: "key", contentType: "text/plain" })],
  ["listParts", (bucket) => bucket.listParts(place)],
  ["completeMultipart", (bucket) => bucket.completeMultipart({ ...place, parts: [{ partNumber: 1, etag: '"a"' }] })],
  ["abortMultipart", (bucket) => bucket.abortMultipart(place)],
  ["delete of one", (bucket) => bucket.delete(["key"])],
  ["delete of two", (bucket) => bucket.delete(["key", "other"])],
  ["store of a small file", (bucket) => store(bucket, 10)],
  ["store of a large file", (bucket) => store(bucket, 9 * MIB)],
];

function store(bucket: Bucket, size: number) {
  return bucket.store({ objectKey: "key", contentType: "text/plain", body: patternedStream(size), maxBytes: size });
}

async function failure(work: Promise<unknown>): Promise<DomainError> {
  const error = await work.then(
    () => new Error("It succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error;
  throw error;
}

function causeOf(error: DomainError): string {
  return (error.cause as Error).message;
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ endpoint: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const nowhere = {
  region: "us-east-1",
  bucket: "files",
  forcePathStyle: true,
  credentials: { accessKeyId: "AKIDNOWHERE", secretAccessKey: "nowhere" },
};

describe("a bucket that is unavailable", async () => {
  const { endpoint, close } = await listening(() => undefined);
  close();

  test.each(calls)(
    "a call of bucket.%s fails fast with bucket_unavailable while the bucket is down",
    async (_name, call) => {
      const bucket = bucketOn({ ...nowhere, endpoint });
      onTestFinished(() => bucket.close());
      const before = performance.now();
      const error = await failure(call(bucket));
      expect(error.code).toBe("bucket_unavailable");
      expect(causeOf(error)).toMatch(/nothing listens at the endpoint: check S3_ENDPOINT/);
      expect(error.message).not.toMatch(/127|ECONN/);
      expect(performance.now() - before).toBeLessThan(LIMIT_MS);
    },
  );

  test("calls to the bucket succeed as soon as the bucket works again", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "valetkey-bucket-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await startEmbedded({ dataDir });
    const bucket = bucketOn(first);
    onTestFinished(() => bucket.close());
    await store(bucket, 10);
    await first.stop();
    expect((await failure(bucket.head("key"))).code).toBe("bucket_unavailable");
    const second = await startEmbedded({ dataDir, port: first.port });
    expect(await bucket.head("key")).toMatchObject({ sizeBytes: 10 });
    await second.stop();
    expect((await failure(bucket.probe())).code).toBe("bucket_unavailable");
  });
});

describe("a bucket that accepts the connection and never responds", () => {
  test.each(calls)(
    "a call of bucket.%s fails with bucket_unavailable if the bucket never responds",
    async (_name, call) => {
      const { endpoint, close } = await listening((socket) => socket.resume());
      onTestFinished(close);
      const bucket = bucketOn({ ...nowhere, endpoint }, { timeouts: { callMs: 300, idleMs: 200 } });
      onTestFinished(() => bucket.close());
      const error = await failure(call(bucket));
      expect(error.code).toBe("bucket_unavailable");
      expect(causeOf(error)).toMatch(/does not respond in time|did not respond to \w+ within \d+ ms/);
    },
  );

  test("by default, a call to a bucket that never responds fails after 4.5 s", async () => {
    const { endpoint, close } = await listening((socket) => socket.resume());
    onTestFinished(close);
    const bucket = bucketOn({ ...nowhere, endpoint });
    onTestFinished(() => bucket.close());
    for (const error of await Promise.all([failure(bucket.probe()), failure(bucket.head("key"))])) {
      expect(causeOf(error)).toMatch(/did not respond to \w+ within 4500 ms/);
    }
  });

  test("a read fails if the bucket stops sending in the middle of an object", async () => {
    const { endpoint, close } = await listening((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")),
    );
    onTestFinished(close);
    const bucket = bucketOn({ ...nowhere, endpoint }, { timeouts: { idleMs: 200 } });
    onTestFinished(() => bucket.close());
    expect((await failure(bucket.computeChecksum("key"))).code).toBe("bucket_unavailable");
  });

  test("a read fails if the connection breaks in the middle of an object", async () => {
    const { endpoint, close } = await listening((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")),
    );
    onTestFinished(close);
    const bucket = bucketOn({ ...nowhere, endpoint });
    onTestFinished(() => bucket.close());
    expect((await failure(bucket.computeChecksum("key"))).code).toBe("bucket_unavailable");
  });

  test("a call to the bucket fails if the credential provider never responds", async () => {
    const bucket = bucketOn(
      { ...nowhere, endpoint: "http://127.0.0.1:9" },
      { credentials: () => new Promise(() => undefined), timeouts: { callMs: 200 } },
    );
    onTestFinished(() => bucket.close());
    expect((await failure(bucket.probe())).code).toBe("bucket_unavailable");
    const signing = { objectKey: "key", contentType: "text/plain", expiresInSeconds: 60, now: Date.now() };
    const put = Promise.resolve(bucket.presignPut({ ...signing, sizeBytes: 1, checksum: undefined, onlyOnce: true }));
    expect((await failure(put)).code).toBe("bucket_unavailable");
    const get = Promise.resolve(bucket.presignGet({ ...signing, filename: "a.txt", disposition: "attachment" }));
    expect((await failure(get)).code).toBe("bucket_unavailable");
  });
});

describe("errors of the bucket", () => {
  async function refusing(fate: Fate): Promise<Bucket> {
    const server = await startEmbedded();
    const proxy = await startProxy(server.endpoint, () => fate);
    // The S3 client waits for seconds between the attempts of a throttled call. On a busy machine, this call needs a longer time limit.
    const bucket = bucketOn({ ...server, endpoint: proxy.endpoint }, { timeouts: { callMs: 60_000 } });
    onTestFinished(async () => {
      bucket.close();
      proxy.close();
      await server.stop();
    });
    return bucket;
  }

  test.each([
    [503, "SlowDown", /the bucket throttles requests/],
    [500, "InternalError", /InternalError, status 500/],
    [403, "AccessDenied", /lack a permission .*s3:ListBucket/],
    [400, "ExpiredToken", /temporary credentials have expired/],
    [301, "PermanentRedirect", /another region: check AWS_REGION/],
    [403, "RequestTimeTooSkewed", /clock is off/],
  ])(
    "the error %i %s of the bucket becomes bucket_unavailable with advice in the log",
    async (status, code, advice) => {
      const bucket = await refusing({ status, code });
      // Parallel calls save time, because the S3 client waits before it retries a throttled call.
      const errors = await Promise.all(calls.slice(2).map(([, call]) => failure(call(bucket))));
      for (const error of errors) {
        expect(error.code).toBe("bucket_unavailable");
        expect(causeOf(error)).toMatch(advice);
      }
    },
  );

  test("the error about a built-in bucket on a read-only disk contains a remedy", async () => {
    const bucket = await refusing({ status: 500, code: "StorageNotWritable" });
    expect(await failure(store(bucket, 10))).toMatchObject({
      code: "bucket_unavailable",
      message: "The file store can't be written. Check the disk of the bucket, and mount it for writing.",
    });
  });

  test.each([403, 500, 301])(
    "a HEAD fails with bucket_unavailable if the bucket responds with %i and no body",
    async (status) => {
      const bucket = await refusing({ status, code: "" });
      expect((await failure(bucket.head("key"))).code).toBe("bucket_unavailable");
      expect((await failure(bucket.probe())).code).toBe("bucket_unavailable");
    },
  );

  test("the error about a wrong bucket setting contains advice, and no secrets", async () => {
    const server = await startEmbedded();
    onTestFinished(() => server.stop());
    const { accessKeyId, secretAccessKey } = server.credentials;
    const wrong = [
      [
        { credentials: { accessKeyId: "AKIDWRONG", secretAccessKey } },
        /access key is unknown: check AWS_ACCESS_KEY_ID/,
      ],
      [{ credentials: { accessKeyId, secretAccessKey: "wrong" } }, /signature is wrong: check AWS_SECRET_ACCESS_KEY/],
      [{ name: "missing" }, /no such bucket: check AWS_BUCKET_NAME/],
    ] as const;
    for (const [options, advice] of wrong) {
      const bucket = bucketOn(server, options);
      onTestFinished(() => bucket.close());
      for (const [, call] of calls.slice(2)) {
        const error = await failure(call(bucket));
        expect(error.code).toBe("bucket_unavailable");
        expect(causeOf(error)).toMatch(advice);
        expect((error.cause as Error).cause).toBeUndefined();
        expect(`${JSON.stringify(error)} ${error.stack} ${causeOf(error)}`).not.toMatch(
          /AKIDWRONG|VKTEST|[0-9a-f]{64}/,
        );
      }
      expect((await failure(bucket.probe())).code).toBe("bucket_unavailable");
    }
  });

  test("the log about a bucket without credentials names the missing settings", async () => {
    const none = async () => {
      throw Object.assign(new Error("Could not load credentials from any providers"), {
        name: "CredentialsProviderError",
      });
    };
    const bucket = bucketOn({ ...nowhere, endpoint: "http://127.0.0.1:9" }, { credentials: none });
    onTestFinished(() => bucket.close());
    const put = { objectKey: "key", contentType: "text/plain", sizeBytes: 1, checksum: undefined, onlyOnce: true };
    const sign = () => bucket.presignPut({ ...put, expiresInSeconds: 60, now: Date.now() });
    for (const call of [() => bucket.probe(), sign]) {
      const error = await failure(call());
      expect(error.code).toBe("bucket_unavailable");
      expect(causeOf(error)).toMatch(/no credentials were found: set AWS_ACCESS_KEY_ID/);
    }
  });

  test("an invalid stream causes a programming error, not bucket_unavailable", async () => {
    const bucket = bucketOn({ ...nowhere, endpoint: "http://127.0.0.1:9" });
    onTestFinished(() => bucket.close());
    const body = Readable.from([{}]) as Readable;
    const storing = bucket.store({ objectKey: "key", contentType: "text/plain", body, maxBytes: 10 });
    await expect(storing).rejects.toBeInstanceOf(TypeError);
  });
});
