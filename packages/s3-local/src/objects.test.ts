import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const whenRequired: S3ClientConfig = {
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
};

describe.each([
  ["with its default settings", {}],
  ["with checksums only when required", whenRequired],
])("the AWS SDK %s", (settings, config) => {
  test.each([0, 1, 65_536, 3_000_001])(
    `the AWS SDK ${settings} stores %i bytes and reads all bytes back`,
    async (sizeBytes) => {
      const { client, failures } = await startBucket({ client: config });
      const body = randomBytes(sizeBytes);
      const put = await client.send(new PutObjectCommand({ ...at("a"), Body: body }));
      const got = await client.send(new GetObjectCommand(at("a")));
      expect((await bytesOf(got)).equals(body)).toBe(true);
      expect(got.ETag).toBe(put.ETag);
      expect(failures).toEqual([]);
    },
  );

  test(`the AWS SDK ${settings} stores a slow stream`, async () => {
    const { client } = await startBucket({ client: config });
    const body = randomBytes(1_500_000);
    const pieces = [body.subarray(0, 10), body.subarray(10, 700_000), body.subarray(700_000)];
    await client.send(new PutObjectCommand({ ...at("a"), Body: Readable.from(pieces), ContentLength: body.length }));
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).equals(body)).toBe(true);
  });

  test(`the AWS SDK ${settings} stores the headers of an object, except aws-chunked`, async () => {
    const { client } = await startBucket({ client: config });
    const described = {
      CacheControl: "max-age=1",
      ContentDisposition: `attachment; filename="a.txt"; filename*=UTF-8''%C3%A9.txt`,
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ContentType: "text/plain; charset=utf-8",
      Metadata: { owner: "someone", empty: "" },
    };
    const expires = new Date("2030-01-02T03:04:05Z");
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc", ...described, Expires: expires }));
    const head = await client.send(new HeadObjectCommand(at("a")));
    expect(head).toMatchObject({
      ...described,
      ContentLength: 3,
      ExpiresString: expires.toUTCString(),
      AcceptRanges: "bytes",
    });
  });

  test(`the AWS SDK ${settings} can delete an object twice`, async () => {
    const { client } = await startBucket({ client: config });
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    for (let round = 0; round < 2; round++) {
      const deleted = await client.send(new DeleteObjectCommand(at("a")));
      expect(deleted.$metadata.httpStatusCode).toBe(204);
    }
    await expect(client.send(new GetObjectCommand(at("a")))).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(client.send(new HeadObjectCommand(at("a")))).rejects.toMatchObject({ name: "NotFound" });
  });

  test(`the AWS SDK ${settings} deletes many keys with one request`, async () => {
    const { client } = await startBucket({ client: config });
    const keys = ["a", "b/c", " d ", "<&>\"'", "e\rf\ng", "&#13;", "&amp;", "é😀", "constructor", "__proto__"];
    for (const key of keys) await client.send(new PutObjectCommand({ ...at(key), Body: key }));
    const deleted = await client.send(
      new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(keys);
    for (const key of keys)
      await expect(client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ name: "NotFound" });
  });
});

describe("a download with a range", () => {
  const body = Buffer.from("0123456789");
  const read = async (Range: string) => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: body }));
    const got = await client.send(new GetObjectCommand({ ...at("a"), Range }));
    return { text: (await bytesOf(got)).toString(), range: got.ContentRange, status: got.$metadata.httpStatusCode };
  };

  test.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=8-100", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-100", "0123456789", "bytes 0-9/10"],
  ])("a download with the range %s returns the text %s", async (range, text, contentRange) => {
    expect(await read(range)).toEqual({ text, range: contentRange, status: 206 });
  });

  test.each(["bytes=4-2", "bytes=a-b", "bytes=-", "bytes=0-1,3-4", "lines=1-2"])(
    "a download ignores the invalid range %s",
    async (range) => {
      expect(await read(range)).toEqual({ text: "0123456789", range: undefined, status: 200 });
    },
  );

  test.each(["bytes=10-", "bytes=10-20", "bytes=-0"])("a download with the range %s returns 416", async (range) => {
    await expect(read(range)).rejects.toMatchObject({ name: "InvalidRange", $metadata: { httpStatusCode: 416 } });
  });

  test("a download of a range of an empty object returns 416", async () => {
    const { client, endpoint } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("empty"), Body: "" }));
    const { url } = presignerFor(endpoint).presignGet(signing("empty"));
    const response = await send({ method: "GET", url, headers: { range: "bytes=0-" } });
    expect([response.status, response.headers["content-range"]]).toEqual([416, "bytes */0"]);
  });

  test("a download ignores its range if the object has changed since If-Range", async () => {
    const { client, endpoint } = await startBucket();
    const { ETag = "" } = await client.send(new PutObjectCommand({ ...at("a"), Body: body }));
    const { url } = presignerFor(endpoint).presignGet(signing("a"));
    const same = await send({ method: "GET", url, headers: { range: "bytes=1-2", "if-range": ETag } });
    const other = await send({ method: "GET", url, headers: { range: "bytes=1-2", "if-range": '"other"' } });
    expect([same.status, same.body.toString()]).toEqual([206, "12"]);
    expect([other.status, other.body.toString()]).toEqual([200, "0123456789"]);
  });
});

describe("conditions of a download", () => {
  const start = async () => {
    const { client } = await startBucket({ now: () => Date.now() });
    const { ETag } = await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    return { client, ETag };
  };
  const past = new Date(Date.now() - 86_400_000);
  const future = new Date(Date.now() + 86_400_000);
  const notModified = { $metadata: { httpStatusCode: 304 } };
  const failed = { $metadata: { httpStatusCode: 412 } };

  test("a download returns 304 if If-None-Match or If-Modified-Since fails", async () => {
    const { client, ETag } = await start();
    await expect(client.send(new GetObjectCommand({ ...at("a"), IfNoneMatch: ETag }))).rejects.toMatchObject(
      notModified,
    );
    await expect(client.send(new GetObjectCommand({ ...at("a"), IfModifiedSince: future }))).rejects.toMatchObject(
      notModified,
    );
    await expect(client.send(new HeadObjectCommand({ ...at("a"), IfNoneMatch: ETag }))).rejects.toMatchObject(
      notModified,
    );
    for (const changed of [{ IfNoneMatch: '"other"' }, { IfModifiedSince: past }]) {
      expect((await bytesOf(await client.send(new GetObjectCommand({ ...at("a"), ...changed })))).toString()).toBe(
        "abc",
      );
    }
  });

  test("a download returns 412 if If-Match or If-Unmodified-Since fails", async () => {
    const { client, ETag } = await start();
    await expect(client.send(new GetObjectCommand({ ...at("a"), IfMatch: '"other"' }))).rejects.toMatchObject(failed);
    await expect(client.send(new GetObjectCommand({ ...at("a"), IfUnmodifiedSince: past }))).rejects.toMatchObject(
      failed,
    );
    const got = await client.send(new GetObjectCommand({ ...at("a"), IfMatch: ETag, IfUnmodifiedSince: past }));
    expect((await bytesOf(got)).toString()).toBe("abc");
  });
});

describe("response headers in a signed URL", () => {
  test("response headers in a signed URL override the stored headers of the object", async () => {
    const { client } = await startBucket();
    await client.send(
      new PutObjectCommand({ ...at("a"), Body: "abc", ContentType: "text/html", CacheControl: "no-cache" }),
    );
    const got = await client.send(
      new GetObjectCommand({
        ...at("a"),
        ResponseContentType: "application/octet-stream",
        ResponseContentDisposition: 'attachment; filename="x.bin"',
        ResponseContentLanguage: "fr",
        ResponseContentEncoding: "identity",
        ResponseExpires: new Date("2031-01-01T00:00:00Z"),
      }),
    );
    expect(got).toMatchObject({
      ContentType: "application/octet-stream",
      ContentDisposition: 'attachment; filename="x.bin"',
      ContentLanguage: "fr",
      ContentEncoding: "identity",
      CacheControl: "no-cache",
      ExpiresString: "Wed, 01 Jan 2031 00:00:00 GMT",
    });
  });

  test("the bucket returns 403 for a signed URL to which a response header was added", async () => {
    const { client, endpoint } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const { url } = presignerFor(endpoint).presignGet(signing("a"));
    const response = await send({ method: "GET", url: `${url}&response-content-type=text%2Fhtml` });
    expect([response.status, response.code]).toEqual([403, "SignatureDoesNotMatch"]);
  });

  test("the bucket returns 400 for a signed response header with a line break", async () => {
    const { client, endpoint } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    for (const contentDisposition of ["inline\r\nSet-Cookie: a=b", "a\0b", 'attachment; filename="\u4e2d"']) {
      const { url } = presignerFor(endpoint).presignGet({ ...signing("a"), response: { contentDisposition } });
      const response = await send({ method: "GET", url });
      expect([response.status, response.code, response.headers["set-cookie"]]).toEqual([
        400,
        "InvalidArgument",
        undefined,
      ]);
    }
  });
});

describe("a copy", () => {
  test("a copy keeps its bytes and headers after the deletion of its source", async () => {
    const { client } = await startBucket();
    const body = randomBytes(100_000);
    await client.send(
      new PutObjectCommand({ ...at("a +é/1"), Body: body, ContentType: "text/plain", Metadata: { a: "b" } }),
    );
    const CopySource = `${BUCKET}/${encodeURIComponent("a +é/1")}`;
    const copied = await client.send(new CopyObjectCommand({ ...at("copy"), CopySource }));
    expect(copied.CopyObjectResult?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    const renamed = { MetadataDirective: "REPLACE", ContentType: "image/png", Metadata: { c: "d" } } as const;
    await client.send(new CopyObjectCommand({ ...at("other"), CopySource, ...renamed }));
    await client.send(new DeleteObjectCommand(at("a +é/1")));

    const copy = await client.send(new GetObjectCommand(at("copy")));
    expect(copy).toMatchObject({ ContentType: "text/plain", Metadata: { a: "b" } });
    expect((await bytesOf(copy)).equals(body)).toBe(true);
    const other = await client.send(new GetObjectCommand(at("other")));
    expect(other).toMatchObject({ ContentType: "image/png", Metadata: { c: "d" } });
    expect((await bytesOf(other)).equals(body)).toBe(true);
  });

  test("the bucket refuses a copy of an object onto itself without new headers", async () => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc", ContentType: "text/plain" }));
    const onto = { ...at("a"), CopySource: `/${BUCKET}/a` };
    await expect(client.send(new CopyObjectCommand(onto))).rejects.toMatchObject({ name: "InvalidRequest" });
    await client.send(new CopyObjectCommand({ ...onto, MetadataDirective: "REPLACE", ContentType: "text/css" }));
    const got = await client.send(new GetObjectCommand(at("a")));
    expect([got.ContentType, (await bytesOf(got)).toString()]).toEqual(["text/css", "abc"]);
  });

  test("the bucket refuses a copy if its condition fails or its source does not exist", async () => {
    const { client } = await startBucket();
    const { ETag } = await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const copy = { ...at("b"), CopySource: `${BUCKET}/a` };
    const failed = { name: "PreconditionFailed" };
    await expect(client.send(new CopyObjectCommand({ ...copy, CopySourceIfMatch: '"x"' }))).rejects.toMatchObject(
      failed,
    );
    await expect(client.send(new CopyObjectCommand({ ...copy, CopySourceIfNoneMatch: ETag }))).rejects.toMatchObject(
      failed,
    );
    await client.send(new CopyObjectCommand({ ...copy, IfNoneMatch: "*" }));
    await expect(client.send(new CopyObjectCommand({ ...copy, IfNoneMatch: "*" }))).rejects.toMatchObject(failed);
    const missing = { ...copy, CopySource: `${BUCKET}/none` };
    await expect(client.send(new CopyObjectCommand(missing))).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});

test("requirement 14: every response forbids type sniffing and sandboxes its content", async () => {
  const { client, endpoint } = await startBucket();
  await client.send(
    new PutObjectCommand({ ...at("page"), Body: "<script>alert(1)</script>", ContentType: "text/html" }),
  );
  const presigner = presignerFor(endpoint);
  const responses = [
    await send({ method: "GET", url: presigner.presignGet(signing("page")).url }),
    await send({ method: "HEAD", url: presigner.presignHead(signing("page")).url }),
    await send({ method: "GET", url: presigner.presignGet(signing("page")).url, headers: { range: "bytes=0-3" } }),
    await send({ method: "GET", url: presigner.presignGet(signing("none")).url }),
    await send({ method: "GET", url: `${endpoint}/${BUCKET}/page` }),
  ];
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 206, 404, 403]);
  for (const { headers } of responses) {
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toBe("sandbox; default-src 'none'");
  }
});
