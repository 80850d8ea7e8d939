import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodeKey, encodeResponse } from "../index.ts";
import { type CloudFrontGetOptions, type CloudFrontOptions, createCloudFrontSigner } from "./index.ts";

const privateKey = pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
const target = { distribution: "https://d111111abcdef8.cloudfront.net", keyPairId: "K2JCJMDEHXQW5F", privateKey };
const now = Date.UTC(2026, 10, 24, 12, 0, 0, 999);
const options = { key: "a/b.txt", expiresInSeconds: 60, now };

function sign(change: Partial<CloudFrontGetOptions> = {}) {
  return createCloudFrontSigner(target).presignGet({ ...options, ...change } as CloudFrontGetOptions);
}

function policyOf({ url }: { url: string }) {
  const policy = new URL(url).searchParams.get("Policy") ?? "";
  return JSON.parse(
    Buffer.from(policy.replaceAll("-", "+").replaceAll("~", "/").replaceAll("_", "="), "base64").toString(),
  );
}

describe("a CloudFront URL", () => {
  test("a CloudFront URL contains its object, response overrides, expiry and key pair id", () => {
    const request = sign({ response: { contentType: "text/plain", contentDisposition: "inline" } });
    expect(request).toMatchObject({ method: "GET", headers: {}, expiresAt: Date.UTC(2026, 10, 24, 12, 1, 0) });
    expect(request.url).toMatch(
      /^https:\/\/d111111abcdef8\.cloudfront\.net\/a\/b\.txt\?response-content-disposition=inline&response-content-type=text%2Fplain&Expires=1795521660&Key-Pair-Id=K2JCJMDEHXQW5F&Signature=[\w~-]+$/,
    );
  });

  test("the CloudFront signer makes the same URL for a key and for its encoded key", () => {
    const { key: _, ...rest } = options;
    const response = { contentDisposition: "inline" };
    const encoded = { ...rest, encodedKey: encodeKey("a/b.txt"), response: encodeResponse(response) };
    expect(createCloudFrontSigner(target).presignGet(encoded)).toEqual(sign({ response }));
  });

  test("a CloudFront URL for one IP address has a policy with this IP address", () => {
    const request = sign({ ipAddress: "192.0.2.7" });
    expect(new URL(request.url).searchParams.has("Expires")).toBe(false);
    expect(policyOf(request)).toEqual({
      Statement: [
        {
          Resource: "https://d111111abcdef8.cloudfront.net/a/b.txt",
          Condition: {
            DateLessThan: { "AWS:EpochTime": 1_795_521_660 },
            IpAddress: { "AWS:SourceIp": "192.0.2.7/32" },
          },
        },
      ],
    });
  });

  // For the key "a*", the AWS SDK signs a policy that opens every object whose key starts with "a".
  test("a CloudFront URL encodes the wildcard characters of its key", () => {
    const request = sign({ key: "a*'(b)!", ipAddress: "192.0.2.7" });
    expect(policyOf(request).Statement[0].Resource).toBe("https://d111111abcdef8.cloudfront.net/a%2A%27%28b%29%21");
  });

  test("a CloudFront URL with a SHA-256 signature has Hash-Algorithm=SHA256", () => {
    const signer = createCloudFrontSigner({ ...target, hash: "sha256" });
    expect(signer.presignGet(options).url).toMatch(/&Hash-Algorithm=SHA256$/);
    expect(sign().url).not.toContain("Hash-Algorithm");
  });
});

describe("the CloudFront signer refuses invalid options", () => {
  test.each<[string, Partial<CloudFrontGetOptions>]>([
    ["invalid_key", { key: "a/../b" }],
    ["invalid_key", { key: "a", encodedKey: encodeKey("a") } as never],
    ["invalid_expires_in", { expiresInSeconds: 0 }],
    ["invalid_now", { now: Number.NaN }],
    ["invalid_cache_window", { cacheWindowSeconds: 31 }],
    ["invalid_ip_address", { ipAddress: "2001:db8::1" }],
    ["invalid_ip_address", { ipAddress: "192.0.2.256" }],
    ["invalid_ip_address", { ipAddress: "192.0.2.1/33" }],
    ["invalid_ip_address", { ipAddress: "" }],
  ])("the CloudFront signer throws the error %s for the options %j", (code, change) => {
    expect(() => sign(change)).toThrow(expect.objectContaining({ name: "PresignError", code }));
  });

  test.each<[string, Partial<CloudFrontOptions>]>([
    ["invalid_target", { distribution: "d111111abcdef8.cloudfront.net" }],
    ["invalid_target", { distribution: "https://d111111abcdef8.cloudfront.net/files" }],
    ["invalid_target", { distribution: "ftp://d111111abcdef8.cloudfront.net" }],
    ["invalid_credentials", { keyPairId: "" }],
    ["invalid_credentials", { keyPairId: "K2&x=1" }],
    ["invalid_credentials", { privateKey: "secret" }],
    ["invalid_credentials", { privateKey: pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey) }],
    ["invalid_credentials", { privateKey: pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey) }],
    ["invalid_credentials", { privateKey: pemOf(generateKeyPairSync("ed25519").privateKey) }],
  ])("createCloudFrontSigner throws the error %s for the invalid options of case %#", (code, change) => {
    const make = () => createCloudFrontSigner({ ...target, ...change });
    expect(make).toThrow(expect.objectContaining({ name: "PresignError", code }));
    expect(make).not.toThrow(/secret/);
  });
});

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
