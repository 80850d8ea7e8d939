import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createCloudFrontSigner } from "./cloudfront/index.ts";
import { createPresigner } from "./presigner.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const cloudFront = createCloudFrontSigner({
  distribution: "https://d111111abcdef8.cloudfront.net",
  keyPairId: "K2JCJMDEHXQW5F",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
});
const bucket = createPresigner({ bucket: "my-bucket", region: "eu-west-1" });
const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };

type Lifetime = { expiresInSeconds: number; cacheWindowSeconds: number; now: number };

const lifetime = fc.integer({ min: 2, max: 604_800 }).chain((expiresInSeconds) =>
  fc.record({
    expiresInSeconds: fc.constant(expiresInSeconds),
    cacheWindowSeconds: fc.integer({ min: 1, max: Math.floor(expiresInSeconds / 2) }),
    now: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  }),
);

test.each([
  {
    name: "Signature Version 4",
    sign: (options: Lifetime) => bucket.presignGet({ key: "a", credentials, ...options }),
    expiryOf: ({ searchParams }: URL) => signedAt(searchParams) + Number(searchParams.get("X-Amz-Expires")) * 1000,
  },
  {
    name: "CloudFront",
    sign: (options: Lifetime) => cloudFront.presignGet({ key: "a", ...options }),
    expiryOf: ({ searchParams }: URL) => Number(searchParams.get("Expires")) * 1000,
  },
])("all signatures in a cache window give one URL with the promised lifetime ($name)", ({ sign, expiryOf }) => {
  const property = fc.property(lifetime, (options) => {
    const { now, expiresInSeconds, cacheWindowSeconds } = options;
    const windowMs = cacheWindowSeconds * 1000;
    const opensAt = now - (now % windowMs);
    const signed = sign(options);
    expect(sign({ ...options, now: opensAt })).toEqual(signed);
    expect(sign({ ...options, now: opensAt + windowMs - 1 })).toEqual(signed);
    expect(sign({ ...options, now: opensAt + windowMs }).url).not.toBe(signed.url);
    const leftMs = signed.expiresAt - now;
    expect(leftMs).toBeLessThanOrEqual(expiresInSeconds * 1000);
    expect(leftMs).toBeGreaterThan((expiresInSeconds - cacheWindowSeconds) * 1000);
    expect(signed.expiresAt).toBe(expiryOf(new URL(signed.url)));
  });
  fc.assert(property, { numRuns: 100 });
});

function signedAt(query: URLSearchParams): number {
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  return Date.parse(`${date?.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time?.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`);
}
