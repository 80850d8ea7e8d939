import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";

const APP = "https://app.example";
const RULES = [
  {
    AllowedOrigins: [APP, "https://*.preview.example"],
    AllowedMethods: ["GET", "PUT"],
    AllowedHeaders: ["content-*"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ["*"], AllowedMethods: ["GET"] },
];
const setRules = (client: S3Client, CORSRules: typeof RULES | object[] = RULES) =>
  client.send(
    new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules: CORSRules as typeof RULES } }),
  );

describe("the CORS configuration", () => {
  test("the bucket stores, returns, replaces and deletes a CORS configuration", async () => {
    const { client } = await startBucket();
    const read = () => client.send(new GetBucketCorsCommand({ Bucket: BUCKET }));
    await expect(read()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
    await setRules(client);
    expect((await read()).CORSRules).toEqual(RULES);
    await setRules(client, [{ ID: "only", ...RULES[1] }]);
    expect((await read()).CORSRules).toEqual([{ ID: "only", ...RULES[1] }]);
    await client.send(new DeleteBucketCorsCommand({ Bucket: BUCKET }));
    await expect(read()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
  });

  test.each([
    ["MalformedXML", []],
    ["MalformedXML", [{ AllowedOrigins: [], AllowedMethods: ["GET"] }]],
    ["InvalidRequest", [{ AllowedOrigins: ["*"], AllowedMethods: ["PATCH"] }]],
    ["InvalidRequest", [{ AllowedOrigins: ["https://*.*"], AllowedMethods: ["GET"] }]],
    ["InvalidRequest", [{ AllowedOrigins: ["*"], AllowedMethods: ["GET"], ExposeHeaders: ["a\nb"] }]],
  ])("the bucket returns the error %s for the CORS rules %j", async (name, rules) => {
    const { client } = await startBucket();
    await expect(setRules(client, rules)).rejects.toMatchObject({ name });
  });

  test("a start of the bucket replaces only the CORS rule of the previous start", async () => {
    const first = await startBucket({ cors: { allowedOrigins: [APP] } });
    const rules = (await first.client.send(new GetBucketCorsCommand({ Bucket: BUCKET }))).CORSRules;
    expect(rules?.[0]).toMatchObject({
      AllowedOrigins: [APP],
      AllowedHeaders: ["*"],
      ExposeHeaders: expect.arrayContaining(["ETag"]),
    });
    await setRules(first.client, [...(rules ?? []), ...RULES]);
    await first.close();
    const second = await startBucket({ dataDir: first.dataDir, cors: { allowedOrigins: ["https://other.example"] } });
    const later = (await second.client.send(new GetBucketCorsCommand({ Bucket: BUCKET }))).CORSRules;
    expect(later).toEqual([{ ...rules?.[0], AllowedOrigins: ["https://other.example"] }, ...RULES]);
  });
});

describe("a CORS preflight", () => {
  const start = async () => {
    const { client, endpoint } = await startBucket();
    await setRules(client);
    return (origin: string, method: string, headers = "") =>
      send({
        method: "OPTIONS",
        url: `${endpoint}/${BUCKET}/a?X-Amz-Signature=of-no-account`,
        headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
      });
  };

  test("a CORS preflight without a signature follows the first matching rule", async () => {
    const preflight = await start();
    const put = await preflight(APP, "PUT", "Content-Type, content-length");
    expect(put.status).toBe(200);
    expect(put.headers).toMatchObject({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "content-type, content-length",
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "600",
      vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    });
    expect((await preflight("https://a.preview.example", "PUT")).status).toBe(200);
    const anyone = await preflight("https://other.example", "GET");
    expect([anyone.status, anyone.headers["access-control-allow-origin"]]).toEqual([200, "*"]);
  });

  test.each([
    ["https://other.example", "PUT", ""],
    ["https://app.example.evil", "PUT", ""],
    ["https://preview.example", "PUT", ""],
    [APP, "DELETE", ""],
    [APP, "PUT", "authorization"],
    [APP, "PUT", "content-type, x-amz-acl"],
  ])(
    "the bucket returns 403 for a preflight of origin %s, method %s and headers %j",
    async (origin, method, headers) => {
      const preflight = await start();
      const response = await preflight(origin, method, headers);
      expect([response.status, response.code]).toEqual([403, "AccessForbidden"]);
      expect(response.headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  test("the bucket refuses a CORS preflight without an origin, a bucket or rules", async () => {
    const { endpoint } = await startBucket();
    const headers = { origin: APP, "access-control-request-method": "GET" };
    expect((await send({ method: "OPTIONS", url: `${endpoint}/${BUCKET}/a` })).code).toBe("BadRequest");
    expect((await send({ method: "OPTIONS", url: `${endpoint}/${BUCKET}/a`, headers })).code).toBe("AccessForbidden");
    expect((await send({ method: "OPTIONS", url: `${endpoint}/none/a`, headers })).code).toBe("AccessForbidden");
  });
});

describe("a response to a page", () => {
  test("every response to a page has the CORS headers, even an error response", async () => {
    const { client, endpoint } = await startBucket();
    await setRules(client);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "abc" }));
    const { url } = presignerFor(endpoint).presignGet(signing("a"));
    for (const [address, status] of [
      [url, 200],
      [url.replace("Expires=60", "Expires=0"), 400],
      [`${endpoint}/${BUCKET}/a`, 403],
    ] as const) {
      const response = await send({ method: "GET", url: address, headers: { origin: APP } });
      expect(response.status).toBe(status);
      expect(response.headers).toMatchObject({
        "access-control-allow-origin": APP,
        "access-control-expose-headers": "ETag",
      });
    }
    const foreign = await send({
      method: "PUT",
      url,
      headers: { origin: "https://other.example", "content-length": "0" },
    });
    expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("with CORS rules, a response has Vary: Origin even if the request has no origin", async () => {
    const { client, endpoint } = await startBucket();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "abc" }));
    const get = () => send({ method: "GET", url: presignerFor(endpoint).presignGet(signing("a")).url });
    expect((await get()).headers.vary).toBeUndefined();
    await setRules(client);
    expect((await get()).headers.vary).toMatch(/^Origin,/);
  });
});
