import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { BUCKET, CREDENTIALS, createClient, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, sendBytes, signing } from "./testing/raw.ts";
import { bytesOf } from "./testing/streams.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });

async function startWithSecret() {
  const bucket = await startBucket();
  await bucket.client.send(new PutObjectCommand({ ...at("secret"), Body: "for few eyes" }));
  return { ...bucket, presigner: presignerFor(bucket.endpoint) };
}

/** What the key holds now, or undefined. */
async function stored(client: Awaited<ReturnType<typeof startBucket>>["client"], key: string) {
  return client.send(new GetObjectCommand(at(key))).then(
    async (got) => (await bytesOf(got)).toString(),
    () => undefined,
  );
}

describe("URLs of the AWS SDK's presigner", () => {
  test("work for what they were signed for", async () => {
    const { client, endpoint } = await startWithSecret();
    const plain = createClient(endpoint, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const put = await getSignedUrl(plain, new PutObjectCommand({ ...at("new +é"), ContentType: "text/plain" }), {
      expiresIn: 60,
    });
    expect((await send({ method: "PUT", url: put, headers: { "content-length": "3" }, body: "abc" })).status).toBe(200);
    const get = await getSignedUrl(client, new GetObjectCommand(at("new +é")), { expiresIn: 60 });
    expect((await send({ method: "GET", url: get })).body.toString()).toBe("abc");
  });

  test("with metadata hoisted into the query store it", async () => {
    const { client } = await startWithSecret();
    const url = await getSignedUrl(client, new PutObjectCommand({ ...at("a"), Metadata: { owner: "me" } }), {
      expiresIn: 60,
    });
    // The default settings also hoist the checksum of an empty body, which counts for nothing, as on Amazon S3.
    expect(url).toContain("x-amz-checksum-crc32=");
    expect((await send({ method: "PUT", url, headers: { "content-length": "3" }, body: "abc" })).status).toBe(200);
    expect((await client.send(new GetObjectCommand(at("a")))).Metadata).toEqual({ owner: "me" });
  });
});

describe("who is let in", () => {
  test("nobody without a signature, whatever is asked", async () => {
    const { endpoint, client } = await startWithSecret();
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "POST"]) {
      for (const path of ["/", `/${BUCKET}`, `/${BUCKET}?list-type=2`, `/${BUCKET}/secret`, `/${BUCKET}/new`]) {
        const answer = await send({ method, url: endpoint + path });
        expect(answer.status, `${method} ${path}`).toBe(403);
      }
    }
    expect(await stored(client, "secret")).toBe("for few eyes");
    expect(await stored(client, "new")).toBeUndefined();
  });

  test("not a forged, expired, future or foreign URL", async () => {
    const { presigner } = await startWithSecret();
    const now = Date.now();
    const get = (change: object) => presigner.presignGet({ ...signing("secret"), ...change }).url;
    const foreign = { accessKeyId: "AKIDOTHER", secretAccessKey: CREDENTIALS.secretAccessKey };
    const guessed = { ...CREDENTIALS, secretAccessKey: "guessed" };
    const cases: [string, string, number][] = [
      [get({}).replace(/.$/, (last) => (last === "0" ? "1" : "0")), "SignatureDoesNotMatch", 403],
      [get({ credentials: guessed }), "SignatureDoesNotMatch", 403],
      [get({ credentials: foreign }), "InvalidAccessKeyId", 403],
      [get({ now: now - 61_000 }), "AccessDenied", 403],
      [get({ now: now + 16 * 60_000 }), "AccessDenied", 403],
      [get({}).replace("us-east-1", "eu-west-1"), "AuthorizationQueryParametersError", 400],
      [`${get({})}&X-Amz-Expires=600`, "AuthorizationQueryParametersError", 400],
      [get({}).replace("/secret?", "/other?"), "SignatureDoesNotMatch", 403],
    ];
    for (const [url, code, status] of cases) {
      const answer = await send({ method: "GET", url });
      expect([answer.code, answer.status], url).toEqual([code, status]);
      expect(answer.body.toString()).not.toContain("for few eyes");
    }
  });

  test("not a URL that has expired since, by the bucket's own clock", async () => {
    let now = Date.now();
    const { client, endpoint } = await startBucket({ now: () => now });
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const { url } = presignerFor(endpoint).presignGet({ ...signing("a"), now });
    expect((await send({ method: "GET", url })).status).toBe(200);
    now += 60_000;
    expect((await send({ method: "GET", url })).body.toString()).toContain("<Message>Request has expired</Message>");
  });

  test("not a GET URL used to look, change or delete", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("secret"));
    for (const method of ["HEAD", "PUT", "DELETE", "POST"]) expect((await send({ method, url })).status).toBe(403);
    expect(await stored(client, "secret")).toBe("for few eyes");
  });

  test("not a PUT URL with an unsigned x-amz-copy-source: the secret does not become readable", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("mine"));
    for (const name of ["x-amz-copy-source", "X-AMZ-Copy-Source"]) {
      const answer = await send({
        method: "PUT",
        url,
        headers: { [name]: `/${BUCKET}/secret`, "content-length": "0" },
      });
      expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
      expect(answer.body.toString()).toContain("<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>");
    }
    const hoisted = await send({
      method: "PUT",
      url: `${url}&x-amz-copy-source=${BUCKET}%2Fsecret`,
      headers: { "content-length": "0" },
    });
    expect(hoisted.code).toBe("SignatureDoesNotMatch");
    expect(await stored(client, "mine")).toBeUndefined();
  });

  test("not a query signature together with a header", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("secret"));
    const answer = await send({ method: "GET", url, headers: { authorization: "Bearer token-of-the-app" } });
    expect([answer.status, answer.code]).toEqual([400, "InvalidArgument"]);
  });

  test("not a path that is only nearly the signed one", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("a/b"));
    for (const path of ["a//b", "a/./b", "a/c/../b", "a/b/", "A/b", "a%252Fb"]) {
      const answer = await send({ method: "GET", url: url.replace("a/b?", `${path}?`) });
      expect([answer.status, answer.code], path).toEqual([403, "SignatureDoesNotMatch"]);
    }
  });
});

describe("requirement 3: the declared size is signed", () => {
  test("a body of another length is refused and nothing is stored", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "content-length": "5" }));
    for (const body of ["1234", "123456", ""]) {
      const answer = await send({ method: "PUT", url, headers: { "content-length": String(body.length) }, body });
      expect([answer.status, answer.code]).toEqual([403, "SignatureDoesNotMatch"]);
    }
    const chunked = await send({ method: "PUT", url, headers: { "transfer-encoding": "chunked" }, body: "12345" });
    expect(chunked.status).toBe(403);
    expect(await stored(client, "a")).toBeUndefined();
    expect((await send({ method: "PUT", url, headers: { "content-length": "5" }, body: "12345" })).status).toBe(200);
  });

  test("a body longer than its Content-Length is cut off, and the rest is no request", async () => {
    const { client, presigner, port } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "content-length": "3" }));
    const { host, pathname, search } = new URL(url);
    const answer = await sendBytes(
      port,
      `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\n\r\nabcdefgh\r\n\r\n`,
    );
    // The answer to the upload may or may not come before that to the rest; stored is the declared length or nothing.
    expect(answer).toMatch(/HTTP\/1.1 400 Bad Request/);
    expect(["abc", undefined]).toContain(await stored(client, "a"));
  });

  test("two lengths, or a length and chunks, are refused before anything is read", async () => {
    const { client, presigner, port } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a"));
    const { host, pathname, search } = new URL(url);
    for (const lengths of [
      "Content-Length: 3\r\nContent-Length: 5",
      "Content-Length: 3\r\nTransfer-Encoding: chunked",
    ]) {
      const answer = await sendBytes(
        port,
        `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${lengths}\r\n\r\nabc`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400/);
    }
    expect(await stored(client, "a")).toBeUndefined();
  });

  test("without a length it is 411", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a"));
    const answer = await send({ method: "PUT", url, headers: { "transfer-encoding": "chunked" }, body: "12345" });
    expect([answer.status, answer.code]).toEqual([411, "MissingContentLength"]);
  });
});

test("requirement 4: the content type is signed, another one is refused", async () => {
  const { client, presigner } = await startWithSecret();
  const { url } = presigner.presignPut(signing("a", { "content-type": "image/png" }));
  const put = (headers: Record<string, string>) =>
    send({ method: "PUT", url, headers: { "content-length": "3", ...headers }, body: "abc" });
  for (const type of ["text/html", "image/png; charset=utf-8", ""]) {
    expect((await put({ "content-type": type })).code).toBe("SignatureDoesNotMatch");
  }
  expect((await put({})).code).toBe("SignatureDoesNotMatch");
  expect(await stored(client, "a")).toBeUndefined();
  expect((await put({ "content-type": "image/png" })).status).toBe(200);
});

describe("requirement 6: the same PUT URL twice", () => {
  test("the second is 412 and changes nothing", async () => {
    const { client, presigner } = await startWithSecret();
    const { url, headers } = presigner.presignPut(signing("a", { "if-none-match": "*" }));
    const put = (body: string) => send({ method: "PUT", url, headers: { ...headers, "content-length": "3" }, body });
    expect((await put("abc")).status).toBe(200);
    const second = await put("xyz");
    expect([second.status, second.code]).toEqual([412, "PreconditionFailed"]);
    expect(await stored(client, "a")).toBe("abc");
  });

  test("left out or changed, the condition is refused: it was signed", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "if-none-match": "*" }));
    expect((await send({ method: "PUT", url, headers: { "content-length": "3" }, body: "abc" })).code).toBe(
      "SignatureDoesNotMatch",
    );
  });

  test("8 in parallel: one wins, and its bytes are what is stored", async () => {
    const { client, presigner } = await startWithSecret();
    for (let round = 0; round < 5; round++) {
      const key = `race-${round}`;
      const { url, headers } = presigner.presignPut(signing(key, { "if-none-match": "*" }));
      const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(200_000));
      const answers = await Promise.all(
        bodies.map((body) =>
          send({ method: "PUT", url, headers: { ...headers, "content-length": String(body.length) }, body }),
        ),
      );
      const winners = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
      expect(await stored(client, key)).toBe(bodies[winners[0] as number]);
    }
  });

  test("If-Match replaces only what is meant", async () => {
    const { client } = await startWithSecret();
    const { ETag } = await client.send(new PutObjectCommand({ ...at("a"), Body: "one" }));
    await client.send(new PutObjectCommand({ ...at("a"), Body: "two", IfMatch: ETag }));
    await expect(client.send(new PutObjectCommand({ ...at("a"), Body: "three", IfMatch: ETag }))).rejects.toMatchObject(
      {
        name: "PreconditionFailed",
      },
    );
    await expect(client.send(new PutObjectCommand({ ...at("none"), Body: "x", IfMatch: ETag }))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
    expect(await stored(client, "a")).toBe("two");
  });
});

test("errors are documents with a request id, and a HEAD refusal has no body", async () => {
  const { presigner, endpoint } = await startWithSecret();
  const missing = await send({ method: "GET", url: presigner.presignGet(signing("<&>")).url });
  expect(missing.headers["content-type"]).toBe("application/xml");
  expect(missing.body.toString()).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>&lt;&amp;&gt;</Key><RequestId>${missing.headers["x-amz-request-id"]}</RequestId></Error>`,
  );
  const other = presignerFor(endpoint, "no-such-bucket").presignGet(signing("a"));
  expect((await send({ method: "GET", url: other.url })).code).toBe("NoSuchBucket");
  const head = await send({ method: "HEAD", url: presigner.presignHead(signing("none")).url });
  expect([head.status, head.body.length]).toEqual([404, 0]);
});
