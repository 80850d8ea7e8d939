import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { describeConfig } from "./describe.ts";
import { S3, startDirectory } from "./testing/start-directory.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = pemOf(rsa.privateKey);
const CLOUDFRONT = {
  CLOUDFRONT_DOMAIN: "d111111abcdef8.cloudfront.net",
  CLOUDFRONT_KEY_PAIR_ID: "K2JCJMDEHXQW5F",
  CLOUDFRONT_PRIVATE_KEY: KEY,
};

let directory: ReturnType<typeof startDirectory>;

beforeEach(() => {
  directory = startDirectory();
});

function cloudFrontOf(env: Record<string, string>) {
  const { bucket } = directory.load({ ...S3, ...env }).config;
  return bucket.kind === "s3" ? bucket.cloudFront : undefined;
}

describe("CloudFront", () => {
  test("CloudFront is off by default", () => {
    expect(cloudFrontOf({})).toBeUndefined();
  });

  test("by default, CloudFront URLs have SHA-256 signatures", () => {
    expect(cloudFrontOf(CLOUDFRONT)).toEqual({
      distribution: "https://d111111abcdef8.cloudfront.net",
      keyPairId: "K2JCJMDEHXQW5F",
      privateKey: KEY.trim(),
      hash: "sha256",
      bindsIp: false,
    });
  });

  test.each(["https://cdn.example.com/", "cdn.example.com", "CDN.example.com"])(
    "the setting CLOUDFRONT_DOMAIN accepts the value %s",
    (domain) => {
      expect(cloudFrontOf({ ...CLOUDFRONT, CLOUDFRONT_DOMAIN: domain })?.distribution).toBe("https://cdn.example.com");
    },
  );

  test("the setting CLOUDFRONT_PRIVATE_KEY accepts an ECDSA key, and a key in one line", () => {
    const ecdsa = pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    for (const key of [ecdsa, ecdsa.replaceAll("\n", "\\n")]) {
      expect(cloudFrontOf({ ...CLOUDFRONT, CLOUDFRONT_PRIVATE_KEY: key })?.privateKey.trim()).toBe(ecdsa.trim());
    }
  });

  test("the setting CLOUDFRONT_PRIVATE_KEY_FILE names a file with the private key", () => {
    const file = join(directory.workingDirectory, "cloudfront.pem");
    writeFileSync(file, KEY);
    const { CLOUDFRONT_PRIVATE_KEY: _, ...others } = CLOUDFRONT;
    expect(cloudFrontOf({ ...others, CLOUDFRONT_PRIVATE_KEY_FILE: file })?.privateKey).toBe(KEY.trim());
  });

  test("describeConfig shows the CloudFront settings without the private key", () => {
    const lines = describeConfig(directory.load({ ...S3, ...CLOUDFRONT, CLOUDFRONT_BIND_IP: "true" }).config);
    expect(lines).toEqual(
      expect.arrayContaining([
        "CLOUDFRONT_DOMAIN=d111111abcdef8.cloudfront.net",
        "CLOUDFRONT_KEY_PAIR_ID=K2JCJMDEHXQW5F",
        "CLOUDFRONT_PRIVATE_KEY=********",
        "CLOUDFRONT_HASH=sha256",
        "CLOUDFRONT_BIND_IP=true",
      ]),
    );
    expect(lines.join("\n")).not.toContain(KEY.slice(40, 80));
  });

  test("the configuration warns about a CloudFront setting without CLOUDFRONT_DOMAIN", () => {
    expect(directory.load({ ...S3, CLOUDFRONT_BIND_IP: "true" }).warnings).toEqual([
      expect.stringMatching(/CLOUDFRONT_BIND_IP is set without CLOUDFRONT_DOMAIN/),
    ]);
  });
});

describe("wrong settings of CloudFront", () => {
  test.each<[string, Record<string, string>, RegExp, RegExp]>([
    ["CLOUDFRONT_DOMAIN", { CLOUDFRONT_DOMAIN: "" }, /is missing, though another part/, /together/],
    ["CLOUDFRONT_KEY_PAIR_ID", { CLOUDFRONT_KEY_PAIR_ID: "" }, /is missing, though another part/, /or none/],
    ["CLOUDFRONT_PRIVATE_KEY", { CLOUDFRONT_PRIVATE_KEY: "" }, /is missing, though another part/, /CLOUDFRONT_DOMAIN/],
    ["CLOUDFRONT_DOMAIN", { CLOUDFRONT_DOMAIN: "cdn.example.com/files" }, /not the host name/, /without a path/],
    ["CLOUDFRONT_DOMAIN", { CLOUDFRONT_DOMAIN: "http://cdn.example.com" }, /not the host name/, /without a path/],
    ["CLOUDFRONT_DOMAIN", { CLOUDFRONT_DOMAIN: "a b" }, /not the host name/, /cloudfront\.net/],
    ["CLOUDFRONT_KEY_PAIR_ID", { CLOUDFRONT_KEY_PAIR_ID: "my-key" }, /not the id of a public key/, /key group/],
    ["CLOUDFRONT_PRIVATE_KEY", { CLOUDFRONT_PRIVATE_KEY: "opensesame" }, /not a private key in PEM/, /openssl/],
    ["CLOUDFRONT_PRIVATE_KEY", { CLOUDFRONT_PRIVATE_KEY: publicPem() }, /is the public key/, /_FILE/],
    ["CLOUDFRONT_PRIVATE_KEY", { CLOUDFRONT_PRIVATE_KEY: encryptedPem() }, /encrypted with a passphrase/, /openssl/],
    [
      "CLOUDFRONT_PRIVATE_KEY",
      { CLOUDFRONT_PRIVATE_KEY: otherPem() },
      /neither an RSA key of 2048 bits/,
      /genrsa 2048/,
    ],
    ["CLOUDFRONT_HASH", { CLOUDFRONT_HASH: "md5" }, /none of sha256, sha1/, /CLOUDFRONT_HASH=sha256/],
    ["CLOUDFRONT_BIND_IP", { CLOUDFRONT_BIND_IP: "yes" }, /none of true, false/, /CLOUDFRONT_BIND_IP=false/],
  ])("the configuration refuses a wrong value of the setting %s (case %#)", (name, change, problem, remedy) => {
    const { faults, message } = directory.failure({ ...S3, ...CLOUDFRONT, ...change });
    expect(faults).toEqual([expect.objectContaining({ name })]);
    expect(faults[0]?.problem).toMatch(problem);
    expect(faults[0]?.remedy).toMatch(remedy);
    for (const secret of ["opensesame", KEY.slice(40, 80)]) expect(message).not.toContain(secret);
  });

  test("the configuration refuses CloudFront in front of the built-in bucket", () => {
    const { faults } = directory.failure(CLOUDFRONT);
    expect(faults).toEqual([expect.objectContaining({ name: "CLOUDFRONT_DOMAIN" })]);
    expect(faults[0]?.problem).toMatch(/can't read the built-in bucket/);
  });

  test("requirement 14: the configuration refuses CloudFront on the origin of the app", () => {
    const publicUrl = "https://files.example.com";
    const env = { ...S3, ...CLOUDFRONT, PUBLIC_URL: publicUrl, CLOUDFRONT_DOMAIN: "files.example.com" };
    const { faults } = directory.failure(env);
    expect(faults[0]?.problem).toMatch(/no origin of their own/);
  });
});

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function publicPem(): string {
  return rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
}

function encryptedPem(): string {
  return rsa.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString();
}

function otherPem(): string {
  return pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
}
