import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { blobsIn, unfinishedIn } from "./testing/data-folder.ts";
import { encodeForm, type FormPart, signForm } from "./testing/form.ts";
import { open, receive, send } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";

const FILENAME = "$" + "{filename}";
const at = (Key: string) => ({ Bucket: BUCKET, Key });
const FILE: FormPart = ["file", "the bytes", "cat.txt"];

async function start() {
  const bucket = await startBucket();
  const url = `${bucket.endpoint}/${BUCKET}`;
  const post = (parts: FormPart[], end?: string) => send({ url, ...encodeForm(parts, end) });
  const keys = async () => {
    const { Contents = [] } = await bucket.client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    return Contents.map(({ Key }) => Key);
  };
  const expectNothing = async () => {
    expect([await keys(), await blobsIn(bucket.dataDir), await unfinishedIn(bucket.dataDir)]).toEqual([[], [], []]);
    expect(bucket.failures).toEqual([]);
  };
  return { ...bucket, url, post, keys, expectNothing };
}

describe("a form that its policy permits", () => {
  test("a form that the AWS SDK signed stores the file and its metadata", async () => {
    const { client, endpoint } = await start();
    const Fields = { "Content-Type": "image/png", "x-amz-meta-owner": "me", acl: "private" };
    const Conditions: ["content-length-range", number, number][] = [["content-length-range", 1, 100]];
    const { url, fields } = await createPresignedPost(client, { ...at("é & +"), Fields, Conditions });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([new Uint8Array([0, 13, 10, 45, 45, 255])]), "a.png");
    const response = await fetch(url, { method: "POST", body: form });
    expect([response.status, response.headers.get("location")]).toEqual([
      204,
      `${endpoint}/${BUCKET}/%C3%A9%20%26%20%2B`,
    ]);
    const got = await client.send(new GetObjectCommand(at("é & +")));
    expect([...(await bytesOf(got))]).toEqual([0, 13, 10, 45, 45, 255]);
    expect(got).toMatchObject({
      ContentType: "image/png",
      Metadata: { owner: "me" },
      ETag: response.headers.get("etag"),
    });
  });

  test("a form with a file of several megabytes replaces the old object", async () => {
    const { client, endpoint, post } = await start();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "before" }));
    const bytes = Buffer.alloc(5_000_001, "\r\n------for");
    expect((await post([...signForm(endpoint), ["file", bytes, "a"]])).status).toBe(204);
    expect(bytes.equals(await bytesOf(await client.send(new GetObjectCommand(at("a")))))).toBe(true);
  });

  test.each([
    ["cat.txt", "in/cat.txt"],
    ["$&.txt", "in/$&.txt"],
    ["C:\\\\Users\\\\me\\\\cat.txt", "in/cat.txt"],
    ["../../etc/passwd", "in/passwd"],
    ["é.txt", "in/é.txt"],
  ])("the bucket puts the filename %s of a form into the object key", async (filename, key) => {
    const { endpoint, post, keys } = await start();
    expect((await post([...signForm(endpoint, { key: `in/${FILENAME}` }), ["file", "x", filename]])).status).toBe(204);
    expect(await keys()).toEqual([key]);
  });

  test("the response to a form has the status of success_action_status", async () => {
    const { endpoint, post } = await start();
    const request = (status: string) =>
      post([...signForm(endpoint, { fields: { success_action_status: status } }), FILE]);
    const [ok, created, other] = [await request("200"), await request("201"), await request("404")];
    expect([ok.status, created.status, other.status]).toEqual([200, 201, 204]);
    expect(created.body.toString()).toContain(`<Location>${endpoint}/${BUCKET}/a</Location><Bucket>${BUCKET}</Bucket>`);
    expect(created.body.toString()).toContain("<Key>a</Key><ETag>");
  });

  test.each([
    ["success_action_redirect", "https://app.example/done", "https://app.example/done?"],
    ["success_action_redirect", "http://app.example/done?note=1#top", "http://app.example/done?note=1&"],
    ["redirect", "https://app.example/done", "https://app.example/done?"],
  ])("after a form with %s, the bucket redirects the browser to %s", async (field, address, begins) => {
    const { endpoint, post, keys } = await start();
    const key = "é & +";
    const fields = { [field]: address, success_action_status: "200" };
    const { status, headers, body } = await post([...signForm(endpoint, { key, fields }), FILE]);
    expect([status, body.length]).toEqual([303, 0]);
    expect(headers.location?.startsWith(begins)).toBe(true);
    const { searchParams, hash } = new URL(headers.location ?? "");
    expect(["bucket", "key", "etag"].map((name) => searchParams.get(name))).toEqual([BUCKET, key, headers.etag]);
    expect(hash).toBe(new URL(address).hash);
    expect(await keys()).toEqual([key]);
  });

  test.each(["", "/done", "javascript:alert(1)", "http://"])(
    "a form ignores the invalid redirect %j",
    async (address) => {
      const { endpoint, post } = await start();
      const fields = { success_action_redirect: address, success_action_status: "200" };
      const { status, headers } = await post([...signForm(endpoint, { fields }), FILE]);
      expect([status, headers.location]).toEqual([200, `${endpoint}/${BUCKET}/a`]);
    },
  );

  test("a form ignores fields after the file", async () => {
    const { client, endpoint, post } = await start();
    expect((await post([...signForm(endpoint), FILE, ["Content-Type", "text/html"], ["key", "b"]])).status).toBe(204);
    expect(await client.send(new HeadObjectCommand(at("a")))).toMatchObject({ ContentType: "binary/octet-stream" });
  });

  test("the bucket checks and stores the checksum of a form", async () => {
    const { client, endpoint, post } = await start();
    const fields = { "x-amz-checksum-crc32": "y/Q5Jg==" };
    const ok = await post([...signForm(endpoint, { fields }), ["file", "123456789", "a"]]);
    expect([ok.status, ok.headers["x-amz-checksum-crc32"]]).toEqual([204, "y/Q5Jg=="]);
    const bad = await post([...signForm(endpoint, { fields }), ["file", "12345678", "a"]]);
    expect([bad.status, bad.code]).toEqual([400, "BadDigest"]);
    expect((await client.send(new HeadObjectCommand(at("a")))).ContentLength).toBe(9);
  });
});

describe("the length of the file in a form", () => {
  const range = (min: number, max: number) => ({ conditions: [["content-length-range", min, max] as never] });

  test.each([
    ["EntityTooSmall", 5, 10, "1234"],
    ["EntityTooLarge", 0, 5, "123456"],
    ["EntityTooSmall", 1, 5, ""],
  ])(
    "the bucket returns %s for a form that permits %i to %i bytes but has the file %j",
    async (code, min, max, body) => {
      const { endpoint, post, expectNothing } = await start();
      const response = await post([...signForm(endpoint, range(min, max)), ["file", body, "a"]]);
      expect([response.status, response.code]).toEqual([400, code]);
      await expectNothing();
    },
  );

  test.each([["12345"], ["1234567890"]])(
    "the bucket accepts a form file whose length equals a length limit (%s)",
    async (body) => {
      const { endpoint, post } = await start();
      expect((await post([...signForm(endpoint, range(5, 10)), ["file", body, "a"]])).status).toBe(204);
    },
  );

  test("the bucket refuses a form file over the length limit before the file is complete", async () => {
    const { endpoint, url, expectNothing } = await start();
    const { headers, body } = encodeForm(
      [...signForm(endpoint, range(0, 1000)), ["file", Buffer.alloc(100_000), "a"]],
      "",
    );
    const sending = open({ method: "POST", url, headers: { ...headers, "content-length": "999999999" } });
    sending.write(body);
    const response = await receive(sending);
    sending.destroy();
    expect([response.status, response.code]).toEqual([400, "EntityTooLarge"]);
    await expectNothing();
  });
});

describe("the bucket refuses a form and stores nothing", () => {
  type Case = [string, (endpoint: string) => FormPart[], number, string];
  test.each<Case>([
    ["a form without a signature", () => [["key", "a"], FILE], 403, "AccessDenied"],
    ["a field without a condition", (e) => [...signForm(e), ["x-amz-meta-a", "b"], FILE], 403, "AccessDenied"],
    [
      "a key other than the signed one",
      (e) => [...signForm(e).filter(([n]) => n !== "key"), ["key", "b"], FILE],
      403,
      "AccessDenied",
    ],
    ["a form for another bucket", (e) => [...signForm(e, { bucket: "other" }), FILE], 403, "AccessDenied"],
    ["a repeated field", (e) => [...signForm(e), ["KEY", "a"], FILE], 400, "InvalidArgument"],
    ["an empty key", (e) => [...signForm(e, { key: FILENAME }), ["file", "x", ""]], 400, "InvalidArgument"],
    [
      "a key that is too long",
      (e) => [...signForm(e, { key: FILENAME }), ["file", "x", "a".repeat(1025)]],
      400,
      "KeyTooLongError",
    ],
    ["no file", (e) => signForm(e), 400, "IncorrectNumberOfFilesInPostRequest"],
    ["two files", (e) => [...signForm(e), FILE, FILE], 400, "IncorrectNumberOfFilesInPostRequest"],
    ["a policy after the file", (e) => [FILE, ...signForm(e)], 403, "AccessDenied"],
    [
      "too many bytes of fields",
      (e) => [...signForm(e), ["x-ignore-me", "x".repeat(20_000)], FILE],
      400,
      "MaxPostPreDataLengthExceededError",
    ],
    [
      "too many fields",
      (e) => [...signForm(e), ...Array.from({ length: 101 }, (_, i): FormPart => [`x-ignore-${i}`, ""]), FILE],
      400,
      "MaxPostPreDataLengthExceededError",
    ],
    [
      "a field that is not UTF-8",
      (e) => [...signForm(e), ["x-ignore-me", Buffer.from([255])], FILE],
      400,
      "MalformedPOSTRequest",
    ],
    [
      "a public access list",
      (e) => [...signForm(e, { fields: { acl: "public-read" } }), FILE],
      400,
      "AccessControlListNotSupported",
    ],
    [
      "encryption",
      (e) => [...signForm(e, { fields: { "x-amz-server-side-encryption": "AES256" } }), FILE],
      501,
      "NotImplemented",
    ],
    [
      "an invalid checksum",
      (e) => [...signForm(e, { fields: { "x-amz-checksum-crc32": "x" } }), FILE],
      400,
      "InvalidRequest",
    ],
    [
      "metadata that no header can contain",
      (e) => [...signForm(e, { fields: { "x-amz-meta-a": "a\r\nb" } }), FILE],
      400,
      "InvalidArgument",
    ],
  ])("the bucket refuses an invalid form and stores nothing (%s)", async (_, makeParts, status, code) => {
    const { endpoint, post, expectNothing } = await start();
    const response = await post(makeParts(endpoint));
    expect([response.status, response.code]).toEqual([status, code]);
    await expectNothing();
  });

  test.each([
    ["without its last boundary", ""],
    ["with an unfinished part", '------form\r\nContent-Disposition: form-data; name="x"\r\n\r\ny'],
  ])("the bucket refuses a form body %s, and stores nothing", async (_, end) => {
    const { endpoint, post, expectNothing } = await start();
    const response = await post([...signForm(endpoint), FILE], end);
    expect([response.status, response.code]).toEqual([400, "IncompleteBody"]);
    await expectNothing();
  });

  test.each([
    ["no boundary", { "content-type": "multipart/form-data" }, 400, "MalformedPOSTRequest"],
    ["another boundary", { "content-type": "multipart/form-data; boundary=x" }, 400, "MalformedPOSTRequest"],
    ["an unsigned header", { "x-amz-copy-source": "files/secret" }, 403, "AccessDenied"],
    ["an Authorization header", { authorization: "AWS4-HMAC-SHA256 x" }, 400, "AuthorizationHeaderMalformed"],
  ])("the bucket refuses a POST of a form with %s, and stores nothing", async (_, headers, status, code) => {
    const { endpoint, url, expectNothing } = await start();
    const form = encodeForm([...signForm(endpoint), FILE]);
    const response = await send({ url, ...form, headers: { ...form.headers, ...headers } });
    expect([response.status, response.code]).toEqual([status, code]);
    await expectNothing();
  });

  test("a form whose connection breaks within the file stores nothing", async () => {
    const { client, dataDir, endpoint, url, failures } = await start();
    await client.send(new PutObjectCommand({ ...at("a"), Body: "before" }));
    const { headers, body } = encodeForm([...signForm(endpoint), ["file", Buffer.alloc(3_000_000), "a"]], "");
    const sending = open({ method: "POST", url, headers: { ...headers, "content-length": "999999999" } });
    const cut = new Promise((resolve) => sending.once("error", resolve));
    sending.write(body, () => sending.destroy(new Error("cut")));
    await cut;
    await expect.poll(() => unfinishedIn(dataDir)).toEqual([]);
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("before");
    expect(failures).toEqual([]);
  });

  test("the bucket refuses a form whose URL has an object key or a query", async () => {
    const { endpoint, url, expectNothing } = await start();
    for (const suffix of ["/a", "?uploads", "?delete"]) {
      const response = await send({ ...encodeForm([...signForm(endpoint), FILE]), url: url + suffix });
      expect([response.status, response.code]).toEqual([403, "AccessDenied"]);
    }
    await expectNothing();
  });
});
