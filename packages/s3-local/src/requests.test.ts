import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  type ListBucketsCommandInput,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { BUCKET, createClient, startBucket } from "./testing/bucket.ts";
import { open, presignerFor, receive, send, sendBytes, signing } from "./testing/http.ts";
import { presignByHand } from "./testing/sign-by-hand.ts";
import { bytesOf } from "./testing/streams.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });

describe("requests for buckets", () => {
  test("the AWS SDK can create, find, list and delete buckets", async () => {
    const { client } = await startBucket();
    await client.send(new CreateBucketCommand({ Bucket: "second-bucket" }));
    await client.send(new CreateBucketCommand({ Bucket: "second-bucket" }));
    await client.send(new HeadBucketCommand({ Bucket: "second-bucket" }));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([BUCKET, "second-bucket"]);
    await client.send(new PutObjectCommand({ Bucket: "second-bucket", Key: "a", Body: "" }));
    await expect(client.send(new DeleteBucketCommand({ Bucket: "second-bucket" }))).rejects.toMatchObject({
      name: "BucketNotEmpty",
    });
    await client.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    await expect(client.send(new HeadBucketCommand({ Bucket: BUCKET }))).rejects.toMatchObject({ name: "NotFound" });
    await expect(client.send(new PutObjectCommand({ ...at("a"), Body: "" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  test("the list of buckets supports prefixes and pages", async () => {
    const { client } = await startBucket({ buckets: ["a-1", "b-1", "b-2", "b-3"] });
    const list = async (input: ListBucketsCommandInput) => {
      const page = await client.send(new ListBucketsCommand(input));
      return { names: page.Buckets?.map(({ Name }) => Name) ?? [], token: page.ContinuationToken, prefix: page.Prefix };
    };
    expect(await list({ Prefix: "b" })).toEqual({ names: ["b-1", "b-2", "b-3"], token: undefined, prefix: "b" });
    const first = await list({ Prefix: "b", MaxBuckets: 2 });
    expect(first).toMatchObject({ names: ["b-1", "b-2"], token: expect.any(String) });
    const next = await list({ Prefix: "b", MaxBuckets: 2, ContinuationToken: first.token });
    expect(next).toMatchObject({ names: ["b-3"], token: undefined });
    expect((await list({ BucketRegion: "eu-west-1" })).names).toEqual([]);
    for (const wrong of [{ MaxBuckets: 0 }, { MaxBuckets: 10_001 }, { ContinuationToken: "!" }]) {
      await expect(list(wrong)).rejects.toMatchObject({ name: "InvalidArgument" });
    }
  });

  test("buckets have no object versions", async () => {
    const { client } = await startBucket();
    const { Status, $metadata } = await client.send(new GetBucketVersioningCommand({ Bucket: BUCKET }));
    expect([Status, $metadata.httpStatusCode]).toEqual([undefined, 200]);
  });

  test("the server refuses to create a bucket in another region", async () => {
    const { client, endpoint } = await startBucket({ region: "eu-central-1", client: { region: "eu-central-1" } });
    expect((await client.send(new GetBucketLocationCommand({ Bucket: BUCKET }))).LocationConstraint).toBe(
      "eu-central-1",
    );
    const elsewhere = {
      Bucket: "second-bucket",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    } as const;
    await expect(client.send(new CreateBucketCommand(elsewhere))).rejects.toMatchObject({
      name: "IllegalLocationConstraintException",
    });
    await expect(client.send(new CreateBucketCommand({ Bucket: BUCKET }))).rejects.toMatchObject({
      name: "BucketAlreadyOwnedByYou",
    });
    const stranger = createClient(endpoint);
    await expect(stranger.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "AuthorizationHeaderMalformed",
    });
  });

  test.each(["a.-b", "a-.b", "1.2.3", "x".repeat(63), "xn-a", "a-x-s3"])(
    "a bucket can have the name %s",
    async (name) => {
      const { client } = await startBucket({ buckets: [name] });
      await client.send(new HeadBucketCommand({ Bucket: name }));
    },
  );

  test.each([...["ab", "Capital", "under_score", "a..b", "-a-", ".ab", "ab.", "192.168.0.1", "x".repeat(64)]])(
    "a bucket cannot have the name %s",
    async (name) => {
      const { client } = await startBucket();
      await expect(client.send(new CreateBucketCommand({ Bucket: name }))).rejects.toMatchObject({
        name: "InvalidBucketName",
      });
      await expect(startBucket({ buckets: [name] })).rejects.toThrow("Not a bucket name");
    },
  );
});

// For some of these names, the AWS SDK would send the requests to other hosts.
test.each(["xn--a", "sthree-a", "amzn-s3-demo-a", "a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3", "a--table-s3"])(
  "a bucket cannot have the reserved name %s",
  async (name) => {
    await expect(startBucket({ buckets: [name] })).rejects.toThrow("Not a bucket name");
  },
);

describe("a request for an S3 feature that the bucket does not have", () => {
  test.each([
    ["versioning", new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } })],
    ["versions", new ListObjectVersionsCommand({ Bucket: BUCKET })],
    ["a bucket policy", new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: "{}" })],
    ["an access list", new PutObjectAclCommand({ ...at("a"), ACL: "private" })],
    ["a version", new GetObjectCommand({ ...at("a"), VersionId: "1" })],
    ["encryption", new PutObjectCommand({ ...at("a"), Body: "x", ServerSideEncryption: "AES256" })],
    ["tags on upload", new PutObjectCommand({ ...at("a"), Body: "x", Tagging: "a=b" })],
    ["another storage class", new PutObjectCommand({ ...at("a"), Body: "x", StorageClass: "GLACIER" })],
    ["If-None-Match with a tag", new PutObjectCommand({ ...at("a"), Body: "x", IfNoneMatch: '"a"' })],
  ])("a request for the S3 feature %s returns 501 and changes nothing", async (_, command) => {
    const { client } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "before" }));
    const sent = client.send(command as GetObjectCommand);
    await expect(sent).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("before");
  });

  test("the bucket refuses an upload with a public access control list", async () => {
    const { client } = await startBucket();
    const open = client.send(new PutObjectCommand({ ...at("a"), Body: "x", ACL: "public-read" }));
    await expect(open).rejects.toMatchObject({ name: "AccessControlListNotSupported" });
  });
});

describe("the expected owner of the bucket", () => {
  test("the bucket refuses a request whose expected owner is not the owner of the bucket", async () => {
    const { client } = await startBucket();
    const { Owner } = await client.send(new ListBucketsCommand({}));
    const put = (ExpectedBucketOwner = "") =>
      client.send(new PutObjectCommand({ ...at("a"), Body: "x", ExpectedBucketOwner }));
    await put(Owner?.ID);
    await expect(put("123456789012")).rejects.toMatchObject({ name: "AccessDenied" });
    const copy = { ...at("b"), CopySource: `${BUCKET}/a`, ExpectedSourceBucketOwner: "123456789012" };
    await expect(client.send(new CopyObjectCommand(copy))).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

test.each([
  ["", 200],
  ["100-continue", 200],
  ["the unexpected", 417],
])("a PUT with the header Expect: %j returns status %i", async (expect_, status) => {
  const { endpoint } = await startBucket();
  const { url } = presignerFor(endpoint).presignPut(signing("a"));
  const headers = { "content-length": "1", expect: expect_ };
  expect((await send({ method: "PUT", url, headers, body: "x" })).status).toBe(status);
});

describe("hostile requests", () => {
  test("the bucket returns 400 for a repeated query parameter, even if it is signed", async () => {
    const { endpoint } = await startBucket();
    const url = presignByHand(endpoint, {
      method: "GET",
      path: `/${BUCKET}`,
      query: ["list-type=2", "prefix=a", "prefix=b"],
    });
    const response = await send({ method: "GET", url });
    expect([response.status, response.code]).toEqual([400, "InvalidArgument"]);
  });

  test.each([
    ["no document", ""],
    ["another document", "<Other/>"],
    ["an unclosed element", "<Delete><Object>"],
    ["an entity bomb", '<!DOCTYPE a [<!ENTITY b "bbbb">]><Delete><Object><Key>&b;</Key></Object></Delete>'],
    ["an external entity", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><Delete><Object><Key>a</Key></Object></Delete>'],
    ["a character that XML forbids", "<Delete><Object><Key>a&#1;</Key></Object></Delete>"],
    ["no key", "<Delete><Object></Object></Delete>"],
    ["a nested key", "<Delete><Object><Key><a/></Key></Object></Delete>"],
    ["too many keys", `<Delete>${"<Object><Key>a</Key></Object>".repeat(1001)}</Delete>`],
  ])("the bucket returns 400 for DeleteObjects with %s, and deletes nothing", async (_, body) => {
    const { client, endpoint } = await startBucket();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const url = presignByHand(endpoint, { method: "POST", path: `/${BUCKET}`, query: ["delete"] });
    const response = await send({
      method: "POST",
      url,
      headers: { "content-length": String(Buffer.byteLength(body)) },
      body,
    });
    expect([response.status, response.code]).toEqual([400, "MalformedXML"]);
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("abc");
  });

  test("the bucket returns 400 for a request that is not valid HTTP", async () => {
    const { port } = await startBucket();
    for (const bytes of [
      "\x16\x03\x01\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]) {
      expect(await sendBytes(port, bytes)).toMatch(/^HTTP\/1.1 400/);
    }
  });

  test("the bucket returns 400 for user metadata over 2 KiB", async () => {
    const { client } = await startBucket();
    const put = (bytes: number) =>
      client.send(new PutObjectCommand({ ...at("a"), Body: "", Metadata: { a: "x".repeat(bytes) } }));
    await put(2047);
    await expect(put(2048)).rejects.toMatchObject({ name: "MetadataTooLarge" });
  });
});

describe("an upload with Expect: 100-continue", () => {
  test("the bucket refuses an upload with Expect: 100-continue before the body arrives", async () => {
    const { endpoint } = await startBucket();
    const outgoing = open({
      method: "PUT",
      url: `${endpoint}/${BUCKET}/a`,
      headers: { expect: "100-continue", "content-length": "1000000000" },
    });
    let continued = false;
    outgoing.on("continue", () => {
      continued = true;
    });
    outgoing.flushHeaders();
    expect([(await receive(outgoing)).status, continued]).toEqual([403, false]);
  });

  test("a refused upload gets a response even if the client sends its whole body", async () => {
    const { endpoint } = await startBucket();
    const body = Buffer.alloc(4 * 1024 * 1024);
    const response = await send({
      method: "PUT",
      url: `${endpoint}/${BUCKET}/a`,
      body,
      headers: { "content-length": String(body.length) },
    });
    expect([response.status, response.code]).toEqual([403, "AccessDenied"]);
  });

  test("an accepted upload with Expect: 100-continue receives 100 Continue", async () => {
    const { endpoint } = await startBucket();
    const { url } = presignerFor(endpoint).presignPut(signing("a"));
    const outgoing = open({ method: "PUT", url, headers: { expect: "100-continue", "content-length": "3" } });
    outgoing.on("continue", () => outgoing.end("abc"));
    outgoing.flushHeaders();
    expect((await receive(outgoing)).status).toBe(200);
  });
});

test("the log of the bucket contains no keys and no signatures", async () => {
  const events: unknown[] = [];
  const { endpoint } = await startBucket({ logger: (event) => events.push(event) });
  await send({ method: "GET", url: presignerFor(endpoint).presignGet(signing("private-name")).url });
  expect(events).toEqual([
    expect.objectContaining({ type: "request", method: "GET", bucket: BUCKET, status: 404, code: "NoSuchKey" }),
  ]);
  expect(JSON.stringify(events)).not.toMatch(/private-name|X-Amz|Signature/);
});
