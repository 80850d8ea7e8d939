import { createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { getSignedUrl } from "@aws-sdk/cloudfront-signer";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as any from "../testing/arbitraries.ts";
import { type CloudFrontGetOptions, createCloudFrontSigner } from "./index.ts";

/*
 * Every CloudFront URL must equal the URL of the AWS SDK, byte for byte, with one intended difference: `@valetkey/presign` does not decode
 * !'()* in a path. With the URL of the AWS SDK, a key with an asterisk also opens other objects, because an asterisk in a policy matches
 * any text.
 */

type Case = CloudFrontGetOptions & { key: string; keyPairId: string; host: string; hash: "sha1" | "sha256" };

const rsa = pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const ec = pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }));

const host = fc.oneof(
  fc.constantFrom("d111111abcdef8.cloudfront.net", "cdn.example.com", "127.0.0.1:8443"),
  fc.stringMatching(/^[a-z][a-z0-9-]{1,10}[a-z]\.(com|internal)$/),
);
const ipv4 = fc.ipV4();
const candidate = fc.record({
  key: any.key.filter((key) => !/[!'()*]/.test(key)),
  host,
  keyPairId: fc.stringMatching(/^K[A-Z0-9]{13}$/),
  hash: fc.constantFrom("sha1" as const, "sha256" as const),
  response: any.response,
  expiresInSeconds: any.expiresInSeconds,
  // The AWS SDK treats a date in the first second of 1970 as missing.
  now: any.now.filter((now) => now >= 1000),
  ipAddress: fc.oneof(fc.constant(undefined), ipv4, fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(toRange)),
});

test("every CloudFront URL that an RSA key signs equals the URL of the AWS SDK", () => {
  const property = fc.property(candidate, (options) => {
    expect(signOurs(options, rsa.privateKey)).toBe(signedBySdk(options, rsa.privateKey));
  });
  fc.assert(property, { numRuns: 150 });
});

// An ECDSA signature contains random bits. So the test compares the URLs without signatures, and verifies both signatures.
test("with an ECDSA key, only the signature of a CloudFront URL differs from the AWS SDK", () => {
  const property = fc.property(candidate, (options) => {
    const [ours, theirs] = [signOurs(options, ec.privateKey), signedBySdk(options, ec.privateKey)];
    expect(withoutSignature(ours)).toBe(withoutSignature(theirs));
    for (const url of [ours, theirs]) expect(isSigned(url, options)).toBe(true);
  });
  fc.assert(property, { numRuns: 100 });
});

function signOurs({ host, keyPairId, hash, ...options }: Case, privateKey: string): string {
  const signer = createCloudFrontSigner({ distribution: `https://${host}`, keyPairId, privateKey, hash });
  const { url, expiresAt } = signer.presignGet(options);
  expect(expiresAt).toBe(expiresOf(options) * 1000);
  expect(new URL(url).href).toBe(url);
  return url;
}

function signedBySdk(options: Case, privateKey: string): string {
  const { keyPairId, hash, ipAddress } = options;
  return getSignedUrl({
    url: resourceOf(options),
    keyPairId,
    privateKey,
    dateLessThan: new Date(expiresOf(options) * 1000).toISOString(),
    ...(ipAddress === undefined ? {} : { ipAddress }),
    algorithm: hash === "sha1" ? "SHA1" : "SHA256",
  });
}

function isSigned(url: string, options: Case): boolean {
  const { searchParams } = new URL(url);
  const signature = fromUrlSafe(searchParams.get("Signature") ?? "");
  const policy = searchParams.get("Policy");
  const canned = {
    Resource: resourceOf(options),
    Condition: { DateLessThan: { "AWS:EpochTime": expiresOf(options) } },
  };
  const text = policy === null ? JSON.stringify({ Statement: [canned] }) : fromUrlSafe(policy);
  return createVerify(options.hash).update(text).verify(ec.publicKey, signature);
}

/** Returns the URL of an object as a caller of the AWS SDK writes it. */
function resourceOf({ host, key, response = {} }: Case): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const values = typeof response === "string" ? {} : response;
  const query = Object.entries(values).map(([name, value]) => {
    const text = value instanceof Date ? value.toUTCString() : String(value);
    const encoded = encodeURIComponent(text).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return `response-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${encoded}`;
  });
  return `https://${host}/${path}${query.length === 0 ? "" : `?${query.sort().join("&")}`}`;
}

function expiresOf({ now, expiresInSeconds }: Pick<Case, "now" | "expiresInSeconds">): number {
  return Math.floor(now / 1000) + expiresInSeconds;
}

function withoutSignature(url: string): string {
  return url.replace(/Signature=[^&]*/, "");
}

function fromUrlSafe(text: string): Buffer {
  return Buffer.from(text.replaceAll("-", "+").replaceAll("_", "=").replaceAll("~", "/"), "base64");
}

function toRange([address, bits]: [string, number]): string {
  return `${address}/${bits}`;
}

function pemOf({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }) {
  return { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), publicKey };
}
