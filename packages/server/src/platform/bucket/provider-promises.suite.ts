import { Readable } from "node:stream";
import { CompleteMultipartUploadCommand, PutBucketCorsCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { createPresigner } from "@valetkey/presign";
import { expect, test } from "vitest";
import { createCopy } from "./multipart.ts";
import type { Bucket } from "./port.ts";
import { type BucketServer, clientOn, type inspect } from "./testing/bucket-server.ts";
import { patterned, sha256 } from "./testing/bytes.ts";
import { declaredPromises } from "./testing/declared-promises.ts";

const HELLO = Buffer.from("hello");
const APP = "https://files.example.com";

/** The server and the bucket of all tests, which `beforeAll` creates. */
type Ground = { server: BucketServer; bucket: Bucket; behind: ReturnType<typeof inspect> };

/** Adds one test for each row of docs/providers.md. For a row with "no", the test fails if the provider now keeps the promise. */
export function providerPromiseTests(provider: string, ground: () => Ground): void {
  const declared = declaredPromises(provider);
  const tested = new Set<string>();

  function promise(name: string, title: string, body: () => Promise<void>): void {
    tested.add(name);
    if (declared.get(name) !== false) {
      test(`${name}: ${title}`, body);
      return;
    }
    test(`${name}: the bucket lacks the promise as declared (${title})`, async () => {
      const failure = await body().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, `docs/providers.md says "no", but ${provider} does this`).toMatchObject({
        name: "AssertionError",
      });
    });
  }

  const conditional = declared.get("conditional-put") === true;

  async function signPut(options: Partial<Parameters<Bucket["presignPut"]>[0]> = {}) {
    const { bucket } = ground();
    const objectKey = bucket.newObjectKey();
    const asked = { objectKey, contentType: "text/plain", sizeBytes: HELLO.length, checksum: undefined };
    const signed = await bucket.presignPut({
      ...asked,
      onlyOnce: conditional,
      expiresInSeconds: 60,
      now: Date.now(),
      ...options,
    });
    // `fetch` itself sets Content-Length.
    const { "content-length": _length, ...headers } = signed.headers;
    const send = (body: string | Buffer = HELLO, changed: Record<string, string> = {}) =>
      fetch(signed.url, { method: signed.method, headers: { ...headers, ...changed }, body: Buffer.from(body) });
    return { objectKey, signed, headers, send };
  }

  async function read(objectKey: string): Promise<string> {
    const { bucket } = ground();
    const start = await bucket.readStart(objectKey, { length: 1_000 });
    return Buffer.from(start?.bytes ?? []).toString();
  }

  async function beginParts() {
    const { bucket } = ground();
    const objectKey = bucket.newObjectKey();
    const place = { objectKey, bucketUploadId: await bucket.createMultipart({ objectKey, contentType: "text/plain" }) };
    const sign = { ...place, partNumber: 1, sizeBytes: HELLO.length, expiresInSeconds: 60, now: Date.now() };
    const { method, url } = await bucket.presignPart(sign);
    return { place, send: (body: string) => fetch(url, { method, body }) };
  }

  promise("conditional-put", "requirements 6 and 7: a second PUT of the same URL gets 412", async () => {
    const { objectKey, send } = await signPut({ onlyOnce: true });
    expect((await send("good!")).status).toBe(200);
    expect((await send("evil!")).status).toBe(412);
    expect(await read(objectKey)).toBe("good!");
  });

  promise("conditional-store", "a write of the server never replaces an object", async () => {
    const { bucket } = ground();
    const objectKey = bucket.newObjectKey();
    const store = (text: string) =>
      bucket.store({ objectKey, contentType: "text/plain", maxBytes: 100, body: Readable.from([Buffer.from(text)]) });
    await store("first");
    await expect(store("other")).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(await read(objectKey)).toBe("first");
  });

  promise("conditional-put-is-signed", "requirement 6: the condition can't be omitted", async () => {
    const { signed, headers } = await signPut({ onlyOnce: true });
    const { "if-none-match": _condition, ...others } = headers;
    expect((await fetch(signed.url, { method: "PUT", headers: others, body: HELLO })).status).toBe(403);
  });

  promise("conditional-complete", "a completion does not replace an object", async () => {
    const { bucket, behind, server } = ground();
    const { place } = await beginParts();
    const [Bucket, Key, UploadId] = [server.bucket, place.objectKey, place.bucketUploadId];
    const { ETag } = await behind.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "other" }),
    );
    const put = await bucket.presignPut({
      objectKey: Key,
      contentType: "text/plain",
      sizeBytes: 5,
      checksum: undefined,
      onlyOnce: false,

      expiresInSeconds: 60,
      now: Date.now(),
    });
    const { "content-length": _length, ...headers } = put.headers;
    expect((await fetch(put.url, { method: "PUT", headers, body: "first" })).status).toBe(200);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, IfNoneMatch: "*" });
    const status = await behind.s3.send(complete).then(
      () => 200,
      (error) => error.$metadata?.httpStatusCode,
    );
    await bucket.abortMultipart(place);
    expect(status).toBe(412);
    expect(await read(Key)).toBe("first");
  });

  promise("signed-length", "requirement 3: a longer or shorter body than declared is refused", async () => {
    for (const body of ["hello!", "hell"]) {
      const { objectKey, send } = await signPut();
      expect((await send(body)).status).toBe(403);
      expect(await ground().bucket.head(objectKey)).toBeUndefined();
    }
  });

  promise("signed-part-length", "requirement 3: a longer or shorter part than planned is refused", async () => {
    const { place, send } = await beginParts();
    for (const body of ["hello!", "hell"]) expect((await send(body)).status).toBe(403);
    expect(await ground().bucket.listParts(place)).toEqual([]);
    await ground().bucket.abortMultipart(place);
  });

  promise("signed-type", "requirement 4: another content type than declared is refused", async () => {
    const { objectKey, send } = await signPut();
    expect((await send(HELLO, { "content-type": "text/html" })).status).toBe(403);
    expect(await ground().bucket.head(objectKey)).toBeUndefined();
  });

  promise("stored-type", "the declared type is stored", async () => {
    const { objectKey, send } = await signPut();
    expect((await send()).status).toBe(200);
    expect(await ground().bucket.head(objectKey)).toMatchObject({ sizeBytes: 5, contentType: "text/plain" });
  });

  promise("signed-sha256", "requirement 8: other bytes than the declared SHA-256 are refused", async () => {
    const checksum = { algorithm: "SHA256", value: sha256(HELLO) } as const;
    const { objectKey, send } = await signPut({ checksum });
    expect((await send("jello")).status).toBe(400);
    expect(await ground().bucket.head(objectKey)).toBeUndefined();
    // The test also sends a correct checksum, because a server that refuses every checksum would pass the test.
    const declared = await signPut({ checksum });
    expect((await declared.send()).status).toBe(200);
  });

  promise("stored-sha256", "the sent SHA-256 is returned later", async () => {
    const checksum = { algorithm: "SHA256", value: sha256(HELLO) } as const;
    const { objectKey, send } = await signPut({ checksum });
    expect((await send()).status).toBe(200);
    expect(await ground().bucket.head(objectKey)).toMatchObject({ checksum });
  });

  promise("parts-die", "requirement 7: the URL of a part fails after the completion", async () => {
    const { bucket } = ground();
    const { place, send } = await beginParts();
    expect((await send("good!")).status).toBe(200);
    const parts = (await bucket.listParts(place)) ?? [];
    expect(await bucket.completeMultipart({ ...place, parts })).toBe("done");
    expect((await send("evil!")).status).toBe(404);
    expect(await read(place.objectKey)).toBe("good!");
    expect(await bucket.listParts(place)).toBeUndefined();
  });

  promise("copy", "an object is copied with its type if its ETag is unchanged", async () => {
    const { bucket } = ground();
    const { objectKey: from, send } = await signPut();
    await send();
    const known = { sizeBytes: HELLO.length, contentType: "text/plain" };
    const [to, nowhere, missing] = [bucket.newObjectKey(), bucket.newObjectKey(), bucket.newObjectKey()];
    expect(await bucket.copy({ from, to, ...known })).toBe("done");
    expect(await bucket.head(to)).toMatchObject(known);
    expect(await read(to)).toBe("hello");
    const etag = (await bucket.head(from))?.etag;
    expect(await bucket.copy({ from, to, etag, ...known })).toBe("done");
    for (const other of [{ from, etag: '"00000000000000000000000000000000"' }, { from: missing }]) {
      expect(await bucket.copy({ ...other, to: nowhere, ...known })).toBe("changed");
    }
    expect(await bucket.head(nowhere)).toBeUndefined();
  });

  promise("unsigned-headers", "requirement 1: a header that was not signed can't turn a PUT into a copy", async () => {
    const { bucket, server } = ground();
    const other = await signPut();
    await other.send("other");
    const { objectKey, send } = await signPut({ sizeBytes: 0 });
    const answer = await send("", { "x-amz-copy-source": `/${server.bucket}/${other.objectKey}` });
    expect(answer.status).toBe(403);
    expect(await bucket.head(objectKey)).toBeUndefined();
  });

  promise("not-yet-valid", "a URL of a clock that is an hour ahead is refused", async () => {
    const { objectKey, send } = await signPut({ now: Date.now() + 3_600_000 });
    expect((await send()).status).toBe(403);
    expect(await ground().bucket.head(objectKey)).toBeUndefined();
  });

  promise("dead-after-expiry", "an upload URL fails after its expiry", async () => {
    const { objectKey, send } = await signPut({ now: Date.now() - 61_000 });
    expect((await send()).status).toBe(403);
    expect(await ground().bucket.head(objectKey)).toBeUndefined();
  });

  promise("post-policy", "requirement 11: the policy of a form enforces key, length and type", async () => {
    const { server, bucket } = ground();
    const { region, endpoint, forcePathStyle, credentials } = server;
    const presigner = createPresigner({ bucket: server.bucket, region, endpoint, forcePathStyle });
    const post = async (key: string, body: string, changed: Record<string, string> = {}) => {
      const { url, fields } = presigner.presignPost({
        key,
        credentials,
        expiresInSeconds: 60,
        now: Date.now(),
        fields: { "Content-Type": "text/plain" },
        conditions: [["content-length-range", 5, 5]],
      });
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, ...changed })) form.set(name, value);
      form.set("file", new Blob([body]));
      return (await fetch(url, { method: "POST", body: form })).status;
    };
    const [good, long, typed, named] = [1, 2, 3, 4].map(() => bucket.newObjectKey()) as [
      string,
      string,
      string,
      string,
    ];
    expect(await post(good, "hello")).toBe(204);
    expect(await read(good)).toBe("hello");
    expect(await post(long, "hello!")).toBe(400);
    expect(await post(typed, "hello", { "Content-Type": "text/html" })).toBe(403);
    expect(await post(named, "hello", { key: `${named}-other` })).toBe(403);
    for (const key of [long, typed, named, `${named}-other`]) expect(await bucket.head(key)).toBeUndefined();
  });

  promise("bucket-cors", "each bucket has its own CORS rules", async () => {
    const { server, behind } = ground();
    const rule = { AllowedOrigins: [APP], AllowedMethods: ["PUT"], AllowedHeaders: ["*"], ExposeHeaders: ["ETag"] };
    const set = new PutBucketCorsCommand({ Bucket: server.bucket, CORSConfiguration: { CORSRules: [rule] } });
    expect(
      await behind.s3.send(set).then(
        () => "set",
        (error) => error.name,
      ),
    ).toBe("set");
    const { signed } = await signPut();
    const preflight = {
      origin: APP,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "content-type",
    };
    const answer = await fetch(signed.url, { method: "OPTIONS", headers: preflight });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(APP);
    const strange = await fetch(signed.url, {
      method: "OPTIONS",
      headers: { ...preflight, origin: "https://evil.example" },
    });
    expect(strange.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("the probe of the bucket finds exactly the declared capabilities", async () => {
    const { bucket, behind } = ground();
    const before = { keys: await behind.keys(), uploads: await behind.uploads() };
    const objectKeys = [bucket.newObjectKey(), bucket.newObjectKey(), bucket.newObjectKey()] as const;
    const found = await bucket.tryCapabilities(objectKeys);
    expect(found).toEqual({
      conditionalPut: declared.get("conditional-put"),
      conditionalComplete: declared.get("conditional-complete"),
      partsDie: declared.get("parts-die"),
      signedLength: declared.get("signed-length"),
      signedType: declared.get("signed-type"),
      storedType: declared.get("stored-type"),
      signedSha256: declared.get("signed-sha256"),
      unsignedHeaders: declared.get("unsigned-headers"),
      copy: declared.get("copy"),
    });
    await bucket.delete(objectKeys);
    expect({ keys: await behind.keys(), uploads: await behind.uploads() }).toEqual(before);
  });

  test.each([
    ["that came in parts is copied at once", { wholeMaxBytes: 2 ** 30 }],
    ["that is too large to be copied at once is copied in parts", { wholeMaxBytes: 2 ** 20, partBytes: 5 * 2 ** 20 }],
  ])("a copy in the bucket has the same bytes: an object %s", async (_how, limits) => {
    const { bucket, behind, server } = ground();
    const [from, to, nowhere, missing] = [1, 2, 3, 4].map(() => bucket.newObjectKey()) as [
      string,
      string,
      string,
      string,
    ];
    const bytes = patterned(5 * 2 ** 20 + 5);
    await bucket.store({
      objectKey: from,
      contentType: "image/png",
      maxBytes: bytes.length,
      body: Readable.from([Buffer.from(bytes)]),
    });
    const client = clientOn(server);
    const copy = createCopy(client, limits);
    const known = { sizeBytes: bytes.length, contentType: "image/png" };
    expect(await copy({ from, to, ...known })).toBe("done");
    expect(await bucket.head(to)).toMatchObject(known);
    expect(await bucket.computeChecksum(to)).toEqual({ algorithm: "SHA256", value: sha256(bytes) });
    expect(await copy({ from: missing, to: nowhere, ...known })).toBe("changed");
    expect(await bucket.head(nowhere)).toBeUndefined();
    expect(await behind.uploads()).toBe(0);
    client.close();
  });

  test("the tests of providers cover exactly the promises in docs/providers.md", () => {
    expect([...declared.keys()].sort()).toEqual([...tested].sort());
  });
}
