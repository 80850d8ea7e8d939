import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Bucket, SignedUrl } from "./port.ts";
import { type BucketServer, bucketOn, startEmbedded } from "./testing/bucket-server.ts";
import { startDistribution } from "./testing/distribution.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0, 400);
const SECOND = Math.floor(NOW / 1000) * 1000;
const GET = {
  objectKey: "key",
  filename: "plan.pdf",
  contentType: "application/pdf",
  disposition: "attachment",
} as const;
const PUT = { objectKey: "key", contentType: "text/plain", sizeBytes: 1, checksum: undefined, onlyOnce: true };

let server: BucketServer;

beforeAll(async () => {
  server = await startEmbedded();
});

afterAll(() => server.stop());

function expiresOf({ url }: SignedUrl): string | null {
  return new URL(url).searchParams.get("X-Amz-Expires");
}

describe("the signatures of the bucket adapter", () => {
  test("the bucket adapter signs URLs synchronously while the credentials are cached", () => {
    const signed = bucketOn(server).presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(signed).toMatchObject({ url: expect.any(String), expiresAt: SECOND + 60_000 });
    expect(expiresOf(signed as SignedUrl)).toBe("60");
  });

  test.each([
    ["a bucket in the path", { name: "files", forcePathStyle: true }, "http://localhost:9"],
    ["a bucket in the host name", { name: "files", forcePathStyle: false }, "http://files.localhost:9"],
    ["a bucket with a dot", { name: "my.files", forcePathStyle: false }, "http://localhost:9"],
  ])("the content security policy of the pages permits URLs of %s", async (_, style, origin) => {
    const bucket = bucketOn(server, { ...style, endpoint: "http://localhost:9" });
    expect([bucket.urlOrigin, bucket.downloadOrigin]).toEqual([origin, origin]);
    const { url } = await bucket.presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(new URL(url).origin).toBe(origin);
    const put = await bucket.presignPut({ ...PUT, expiresInSeconds: 60, now: NOW });
    expect(new URL(put.url).origin).toBe(origin);
  });

  test("a presigned URL has the public endpoint, not the endpoint for the service", async () => {
    const bucket = bucketOn(server, { publicEndpoint: "https://files.example.com" });
    const { url } = await bucket.presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(url).toMatch(/^https:\/\/files\.example\.com\/files\/key\?/);
    expect((await bucket.presignPut({ ...PUT, expiresInSeconds: 60, now: NOW })).url).toMatch(
      /^https:\/\/files\.example/,
    );
    await bucket.probe();
    bucket.close();
  });

  test("a presigned GET can change the filename, type or disposition of the response", async () => {
    const bucket = bucketOn(server);
    const disposition = async (change: Partial<Parameters<Bucket["presignGet"]>[0]>) => {
      const { url } = await bucket.presignGet({ ...GET, expiresInSeconds: 60, now: NOW, ...change });
      const { searchParams } = new URL(url);
      return [searchParams.get("response-content-disposition"), searchParams.get("response-content-type")];
    };
    expect(await disposition({})).toEqual(["attachment; filename=plan.pdf", "application/pdf"]);
    expect(await disposition({ filename: "b.pdf" })).toEqual(["attachment; filename=b.pdf", "application/pdf"]);
    expect(await disposition({ disposition: "inline" })).toEqual(["inline; filename=plan.pdf", "application/pdf"]);
    expect(await disposition({ contentType: "text/html" })).toEqual([
      "attachment; filename=plan.pdf",
      "application/octet-stream",
    ]);
    expect(await disposition({})).toEqual(["attachment; filename=plan.pdf", "application/pdf"]);
  });
});

describe("temporary credentials", () => {
  function ending(inMs: number, warnings: string[] = []) {
    const credentials = async () => ({ ...server.credentials, expiration: new Date(NOW + inMs) });
    return bucketOn(server, { credentials, clock: () => NOW, onWarning: (text) => warnings.push(text) });
  }

  test("a presigned URL expires with its temporary credentials", async () => {
    const warnings: string[] = [];
    const bucket = ending(30_500, warnings);
    const get = await bucket.presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(get.expiresAt).toBe(SECOND + 30_000);
    expect(expiresOf(get)).toBe("30");
    const put = await bucket.presignPut({ ...PUT, expiresInSeconds: 900, now: NOW });
    expect(put.expiresAt).toBe(SECOND + 30_000);
    expect(warnings).toEqual([
      expect.stringMatching(/credentials expire in 30 s, before .* 60 s: it was signed for 30 s/),
    ]);
  });

  test("temporary credentials that expire after the URL do not change the URL", async () => {
    const warnings: string[] = [];
    const { expiresAt } = await ending(90_000, warnings).presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(expiresAt).toBe(SECOND + 60_000);
    expect(warnings).toEqual([]);
  });

  test("the bucket adapter signs no URL with expired temporary credentials", async () => {
    const signed = Promise.resolve(ending(0).presignGet({ ...GET, expiresInSeconds: 60, now: NOW }));
    await expect(signed).rejects.toMatchObject({
      code: "bucket_unavailable",
      cause: expect.objectContaining({ message: expect.stringMatching(/credentials for signing have expired/) }),
    });
  });

  test("the bucket adapter uses rotated temporary credentials for signing and for calls", async () => {
    let now = Date.now();
    let current = { accessKeyId: "AKIDOLD", secretAccessKey: "old" };
    const bucket = bucketOn(server, {
      credentials: async () => ({ ...current, expiration: new Date(now + 600_000) }),
      clock: () => now,
    });
    const sign = () => bucket.presignGet({ ...GET, expiresInSeconds: 60, now });
    expect((await sign()).url).toContain("AKIDOLD");
    await expect(bucket.probe()).rejects.toMatchObject({ code: "bucket_unavailable" });
    current = server.credentials;
    now += 600_001;
    expect((await sign()).url).toContain(server.credentials.accessKeyId);
    await bucket.probe();
    bucket.close();
  });

  test("a URL that temporary credentials sign contains the session token", async () => {
    const credentials = { ...server.credentials, sessionToken: "to/ken+" };
    const { url } = await bucketOn(server, { credentials }).presignGet({ ...GET, expiresInSeconds: 60, now: NOW });
    expect(new URL(url).searchParams.get("X-Amz-Security-Token")).toBe("to/ken+");
  });
});

describe("requirement 14", () => {
  test("the built-in bucket sends `nosniff` and `sandbox` with each file", async () => {
    const bucket = bucketOn(server);
    const body = Readable.from([Buffer.from("<h1>hello</h1>")]);
    await bucket.store({ objectKey: "key", contentType: "text/html", body, maxBytes: 100 });
    const { url } = await bucket.presignGet({ ...GET, expiresInSeconds: 60, now: Date.now() });
    const answer = await fetch(url);
    expect(await answer.text()).toBe("<h1>hello</h1>");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    bucket.close();
  });
});

describe("cacheable URLs", () => {
  test("cacheable URLs do not change until their temporary credentials expire", async () => {
    const expiration = new Date(NOW + 40_000);
    const bucket = bucketOn(server, { credentials: async () => ({ ...server.credentials, expiration }) });
    const sign = (now: number) =>
      bucket.presignGet({ ...GET, expiresInSeconds: 3_600, cacheWindowSeconds: 1_800, now });
    const first = await sign(NOW);
    expect(first.expiresAt).toBe(expiration.getTime());
    expect(await sign(NOW + 5_000)).toEqual(first);
  });
});

describe("a distribution that binds URLs to IP addresses", () => {
  test("a bucket that binds URLs to IP addresses signs no URL without an IP address", async () => {
    const distribution = await startDistribution(server, { bindsIp: true });
    onTestFinished(() => distribution.stop());
    const bucket = bucketOn(server, { cloudFront: distribution.target });
    const sign = (clientIp?: string) =>
      Promise.resolve(bucket.presignGet({ ...GET, expiresInSeconds: 60, now: NOW, clientIp }));
    await expect(sign()).rejects.toThrow(/without the IP address/);
    expect((await sign("192.0.2.1")).url).toContain("Policy=");
  });
});
