import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { BUCKET, CREDENTIALS, createClient, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, sendBytes, signing } from "./testing/http.ts";
import { presignByHand } from "./testing/sign-by-hand.ts";
import { bytesOf } from "./testing/streams.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });

async function startWithSecret() {
  const bucket = await startBucket();
  await bucket.client.send(new PutObjectCommand({ ...at("secret"), Body: "for few eyes" }));
  return { ...bucket, presigner: presignerFor(bucket.endpoint) };
}

/** Returns the content of an object, or undefined if there is no object. */
async function stored(client: Awaited<ReturnType<typeof startBucket>>["client"], key: string) {
  return client.send(new GetObjectCommand(at(key))).then(
    async (got) => (await bytesOf(got)).toString(),
    () => undefined,
  );
}

describe("a URL of the AWS SDK's presigner", () => {
  test("a URL that the AWS SDK signed allows the signed operation", async () => {
    const { client, endpoint } = await startWithSecret();
    const plain = createClient(endpoint, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const put = await getSignedUrl(plain, new PutObjectCommand({ ...at("new +é"), ContentType: "text/plain" }), {
      expiresIn: 60,
    });
    expect((await send({ method: "PUT", url: put, headers: { "content-length": "3" }, body: "abc" })).status).toBe(200);
    const get = await getSignedUrl(client, new GetObjectCommand(at("new +é")), { expiresIn: 60 });
    expect((await send({ method: "GET", url: get })).body.toString()).toBe("abc");
  });

  test("a PUT URL that the AWS SDK signed stores the metadata from its query", async () => {
    const { client } = await startWithSecret();
    const url = await getSignedUrl(client, new PutObjectCommand({ ...at("a"), Metadata: { owner: "me" } }), {
      expiresIn: 60,
    });
    // The AWS SDK also puts the checksum of an empty body into the query, where the bucket ignores it, like Amazon S3.
    expect(url).toContain("x-amz-checksum-crc32=");
    expect((await send({ method: "PUT", url, headers: { "content-length": "3" }, body: "abc" })).status).toBe(200);
    expect((await client.send(new GetObjectCommand(at("a")))).Metadata).toEqual({ owner: "me" });
  });
});

describe("access to the bucket", () => {
  test("the bucket refuses a request without a signature", async () => {
    const { endpoint, client } = await startWithSecret();
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "POST"]) {
      for (const path of ["/", `/${BUCKET}`, `/${BUCKET}?list-type=2`, `/${BUCKET}/secret`, `/${BUCKET}/new`]) {
        const response = await send({ method, url: endpoint + path });
        expect(response.status, `${method} ${path}`).toBe(403);
      }
    }
    expect(await stored(client, "secret")).toBe("for few eyes");
    expect(await stored(client, "new")).toBeUndefined();
  });

  test("the bucket refuses a URL with a wrong signature, access key, date or region", async () => {
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
      const response = await send({ method: "GET", url });
      expect([response.code, response.status], url).toEqual([code, status]);
      expect(response.body.toString()).not.toContain("for few eyes");
    }
  });

  test("the bucket checks the expiry of a URL with its own clock", async () => {
    let now = Date.now();
    const { client, endpoint } = await startBucket({ now: () => now });
    await client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const { url } = presignerFor(endpoint).presignGet({ ...signing("a"), now });
    expect((await send({ method: "GET", url })).status).toBe(200);
    now += 60_000;
    expect((await send({ method: "GET", url })).body.toString()).toContain("<Message>Request has expired</Message>");
  });

  test("the bucket refuses a request whose method differs from the signed method GET", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("secret"));
    for (const method of ["HEAD", "PUT", "DELETE", "POST"]) expect((await send({ method, url })).status).toBe(403);
    expect(await stored(client, "secret")).toBe("for few eyes");
  });

  test("the bucket refuses a PUT URL with an unsigned x-amz-copy-source", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("mine"));
    for (const name of ["x-amz-copy-source", "X-AMZ-Copy-Source"]) {
      const response = await send({
        method: "PUT",
        url,
        headers: { [name]: `/${BUCKET}/secret`, "content-length": "0" },
      });
      expect([response.status, response.code]).toEqual([403, "AccessDenied"]);
      expect(response.body.toString()).toContain("<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>");
    }
    const hoisted = await send({
      method: "PUT",
      url: `${url}&x-amz-copy-source=${BUCKET}%2Fsecret`,
      headers: { "content-length": "0" },
    });
    expect(hoisted.code).toBe("SignatureDoesNotMatch");
    expect(await stored(client, "mine")).toBeUndefined();
  });

  test("the bucket refuses a request with a presigned query and an Authorization header", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("secret"));
    const response = await send({ method: "GET", url, headers: { authorization: "Bearer token-of-the-app" } });
    expect([response.status, response.code]).toEqual([400, "InvalidArgument"]);
  });

  test("the bucket refuses a path that differs slightly from the signed path", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("a/b"));
    for (const path of ["a//b", "a/./b", "a/c/../b", "a/b/", "A/b", "a%252Fb"]) {
      const response = await send({ method: "GET", url: url.replace("a/b?", `${path}?`) });
      expect([response.status, response.code], path).toEqual([403, "SignatureDoesNotMatch"]);
    }
  });
});

describe("requirement 3: the declared size is signed", () => {
  test("requirement 3: the bucket refuses a body whose length differs from the signed length", async () => {
    const { client, presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "content-length": "5" }));
    for (const body of ["1234", "123456", ""]) {
      const response = await send({ method: "PUT", url, headers: { "content-length": String(body.length) }, body });
      expect([response.status, response.code]).toEqual([403, "SignatureDoesNotMatch"]);
    }
    const chunked = await send({ method: "PUT", url, headers: { "transfer-encoding": "chunked" }, body: "12345" });
    expect(chunked.status).toBe(403);
    expect(await stored(client, "a")).toBeUndefined();
    expect((await send({ method: "PUT", url, headers: { "content-length": "5" }, body: "12345" })).status).toBe(200);
  });

  test("requirement 3: the bucket stores no bytes of a body beyond its Content-Length", async () => {
    const { client, presigner, port } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "content-length": "3" }));
    const { host, pathname, search } = new URL(url);
    const response = await sendBytes(
      port,
      `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\n\r\nabcdefgh\r\n\r\n`,
    );
    // The bucket reads the extra bytes as a second request. The two responses may arrive in either order.
    expect(response).toMatch(/HTTP\/1.1 400 Bad Request/);
    expect(["abc", undefined]).toContain(await stored(client, "a"));
  });

  test("requirement 3: the bucket refuses an upload with two conflicting lengths", async () => {
    const { client, presigner, port } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a"));
    const { host, pathname, search } = new URL(url);
    for (const lengths of [
      "Content-Length: 3\r\nContent-Length: 5",
      "Content-Length: 3\r\nTransfer-Encoding: chunked",
    ]) {
      const response = await sendBytes(
        port,
        `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${lengths}\r\n\r\nabc`,
      );
      expect(response).toMatch(/^HTTP\/1.1 400/);
    }
    expect(await stored(client, "a")).toBeUndefined();
  });

  test("requirement 3: the bucket returns 411 for an upload without a length", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a"));
    const response = await send({ method: "PUT", url, headers: { "transfer-encoding": "chunked" }, body: "12345" });
    expect([response.status, response.code]).toEqual([411, "MissingContentLength"]);
  });
});

describe("requirement 5: a header to store must be signed", () => {
  const headers: [name: string, value: string][] = [
    ["Content-Encoding", "br"],
    ["Content-Encoding", ""],
    ["Cache-Control", "public, max-age=31536000"],
    ["Cache-Control", "no-cache, public"],
    ["Expires", "Fri, 01 Jan 2038 00:00:00 GMT"],
    ["Content-Language", "de"],
    ["Content-Disposition", "inline; filename=a.html"],
    ["x-amz-meta-color", "red"],
    ["x-amz-website-redirect-location", "https://example.com/"],
    ["x-amz-storage-class", "STANDARD"],
    ["x-amz-tagging", "a=b"],
  ];

  test.each(headers)(
    "requirement 5: the bucket refuses a PUT with an unsigned header (%s: %s)",
    async (name, value) => {
      const { client, presigner, endpoint } = await startWithSecret();
      const put = presigner.presignPut(signing("a"));
      const copy = presigner.presignPut(signing("a", { "x-amz-copy-source": `${BUCKET}/secret` }));
      const create = {
        method: "POST",
        url: presignByHand(endpoint, { method: "POST", path: `/${BUCKET}/a`, query: ["uploads"] }),
      };
      for (const { method, url, headers: signed } of [put, copy, { ...create, headers: {} }]) {
        const response = await send({ method, url, headers: { ...signed, "content-length": "0", [name]: value } });
        expect([response.status, response.code]).toEqual([403, "AccessDenied"]);
        const xml = response.body.toString();
        expect(xml).toContain("<Message>There were headers present in the request which were not signed</Message>");
        expect(xml).toContain(`<HeadersNotSigned>${name.toLowerCase()}</HeadersNotSigned>`);
      }
      expect(await stored(client, "a")).toBeUndefined();
    },
  );

  test.each(headers.slice(0, 7))(
    "requirement 5: the bucket accepts a PUT with a signed header (%s: %s)",
    async (name, value) => {
      const { presigner } = await startWithSecret();
      const { url, headers: signed } = presigner.presignPut(signing("a", { [name.toLowerCase()]: value }));
      expect(
        (await send({ method: "PUT", url, headers: { ...signed, "content-length": "3" }, body: "abc" })).status,
      ).toBe(200);
    },
  );

  test.each(["no-cache", "max-age=0"])(
    "the bucket accepts a PUT to which a browser adds Cache-Control (%s)",
    async (value) => {
      const { presigner } = await startWithSecret();
      const { url } = presigner.presignPut(signing("a"));
      const response = await send({
        method: "PUT",
        url,
        headers: { "content-length": "3", "cache-control": value },
        body: "abc",
      });
      expect(response.status).toBe(200);
    },
  );

  test("the bucket ignores the Cache-Control of a presigned download request", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignGet(signing("secret"));
    expect((await send({ method: "GET", url, headers: { "cache-control": "no-store" } })).status).toBe(200);
  });
});

test("requirement 4: the bucket refuses an upload whose content type differs from its URL", async () => {
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
  test("requirement 6: a second PUT to a URL returns 412 and does not change the object", async () => {
    const { client, presigner } = await startWithSecret();
    const { url, headers } = presigner.presignPut(signing("a", { "if-none-match": "*" }));
    const put = (body: string) => send({ method: "PUT", url, headers: { ...headers, "content-length": "3" }, body });
    expect((await put("abc")).status).toBe(200);
    const second = await put("xyz");
    expect([second.status, second.code]).toEqual([412, "PreconditionFailed"]);
    expect(await stored(client, "a")).toBe("abc");
  });

  test("requirement 6: the bucket refuses a PUT without the signed If-None-Match", async () => {
    const { presigner } = await startWithSecret();
    const { url } = presigner.presignPut(signing("a", { "if-none-match": "*" }));
    expect((await send({ method: "PUT", url, headers: { "content-length": "3" }, body: "abc" })).code).toBe(
      "SignatureDoesNotMatch",
    );
  });

  test("requirement 6: the bucket stores exactly one of 8 parallel PUTs to a URL", async () => {
    const { client, presigner } = await startWithSecret();
    for (let round = 0; round < 5; round++) {
      const key = `race-${round}`;
      const { url, headers } = presigner.presignPut(signing(key, { "if-none-match": "*" }));
      const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(200_000));
      const responses = await Promise.all(
        bodies.map((body) =>
          send({ method: "PUT", url, headers: { ...headers, "content-length": String(body.length) }, body }),
        ),
      );
      const winners = responses.flatMap(({ status }, index) => (status === 200 ? [index] : []));
      expect(winners).toHaveLength(1);
      // While two bodies for a key arrive, the bucket refuses all further bodies with SlowDown.
      for (const { status } of responses) expect([200, 412, 503]).toContain(status);
      expect(await stored(client, key)).toBe(bodies[winners[0] as number]);
    }
  });

  test("a PUT with If-Match replaces only the object with the expected ETag", async () => {
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

test("an error response is an XML document with a request id", async () => {
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
