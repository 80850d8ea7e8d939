import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPresigner } from "./index.ts";
import { parseS3Url } from "./parse-s3-url.ts";
import * as any from "./testing/arbitraries.ts";

const endpoint = "https://Storage.example.com:9000/base/";

describe("AWS hosts", () => {
  test.each([
    ["https://my-bucket.s3.eu-west-1.amazonaws.com/a/b.txt", "my-bucket", "eu-west-1"],
    ["https://s3.eu-west-1.amazonaws.com/my-bucket/a/b.txt", "my-bucket", "eu-west-1"],
    ["http://my.dotted.bucket.s3.eu-west-1.amazonaws.com/a/b.txt", "my.dotted.bucket", "eu-west-1"],
    ["https://a.s3.b.s3.eu-west-1.amazonaws.com/a/b.txt", "a.s3.b", "eu-west-1"],
    ["https://s3.eu-west-1.amazonaws.com/my.dotted.bucket/a/b.txt", "my.dotted.bucket", "eu-west-1"],
    ["https://s3.amazonaws.com/Old_Bucket/a/b.txt", "Old_Bucket", undefined],
    ["https://my-bucket.s3.amazonaws.com/a/b.txt", "my-bucket", undefined],
    ["https://my-bucket.s3-us-west-2.amazonaws.com/a/b.txt", "my-bucket", "us-west-2"],
    ["https://s3-us-west-2.amazonaws.com/my-bucket/a/b.txt", "my-bucket", "us-west-2"],
    ["https://s3-external-1.amazonaws.com/my-bucket/a/b.txt", "my-bucket", "us-east-1"],
    ["https://my-bucket.s3.dualstack.ap-south-2.amazonaws.com/a/b.txt", "my-bucket", "ap-south-2"],
    ["https://s3.dualstack.ap-south-2.amazonaws.com/my-bucket/a/b.txt", "my-bucket", "ap-south-2"],
    ["https://my-bucket.s3-fips.us-gov-west-1.amazonaws.com/a/b.txt", "my-bucket", "us-gov-west-1"],
    ["https://s3-fips-us-gov-west-1.amazonaws.com/my-bucket/a/b.txt", "my-bucket", "us-gov-west-1"],
    ["https://my-bucket.s3-fips.dualstack.us-east-2.amazonaws.com/a/b.txt", "my-bucket", "us-east-2"],
    ["https://my-bucket.s3-accelerate.amazonaws.com/a/b.txt", "my-bucket", undefined],
    ["https://my-bucket.s3-accelerate.dualstack.amazonaws.com/a/b.txt", "my-bucket", undefined],
    ["https://my-bucket.s3.cn-north-1.amazonaws.com.cn/a/b.txt", "my-bucket", "cn-north-1"],
    ["https://s3.cn-northwest-1.amazonaws.com.cn/my-bucket/a/b.txt", "my-bucket", "cn-northwest-1"],
    ["https://my-bucket.s3.dualstack.cn-north-1.amazonaws.com.cn/a/b.txt", "my-bucket", "cn-north-1"],
    ["https://my-bucket.s3.eusc-de-east-1.amazonaws.eu/a/b.txt", "my-bucket", "eusc-de-east-1"],
    ["HTTPS://My-Bucket.S3.EU-WEST-1.AmazonAWS.com:443/a/b.txt", "my-bucket", "eu-west-1"],
    ["https://my-bucket.s3.eu-west-1.amazonaws.com/a/b.txt?X-Amz-Signature=0&x=/y#part", "my-bucket", "eu-west-1"],
  ])("parseS3Url finds the bucket, the key and the region in the URL %s", (url, bucket, region) => {
    expect(parseS3Url(url)).toEqual({ bucket, key: "a/b.txt", ...(region === undefined ? {} : { region }) });
  });
});

describe("keys", () => {
  test.each([
    ["https://b-1.s3.amazonaws.com/a%20b+c%2Fd%25/%C3%A9", "a b+c/d%/é"],
    ["https://b-1.s3.amazonaws.com/typed by hand é", "typed by hand é"],
    ["https://b-1.s3.amazonaws.com//lead//twice/", "/lead//twice/"],
    ["https://s3.amazonaws.com/b-1//lead", "/lead"],
    ["s3://b-1/a b/%20?#é", "a b/%20?#é"],
    ["S3://b-1//lead", "/lead"],
  ])("parseS3Url finds the exact key in the URL %s", (url, key) => {
    expect(parseS3Url(url)).toEqual({ bucket: "b-1", key });
  });
});

describe("a custom endpoint", () => {
  test.each([
    ["path style", "https://storage.example.com:9000/base/my-bucket/a%20b", { bucket: "my-bucket", key: "a b" }],
    ["in the host", "http://my-bucket.storage.example.com:9000/base/a%20b?x", { bucket: "my-bucket", key: "a b" }],
    ["AWS all the same", "https://b-1.s3.us-east-1.amazonaws.com/k", { bucket: "b-1", key: "k", region: "us-east-1" }],
    ["an S3 URI all the same", "s3://b-1/k", { bucket: "b-1", key: "k" }],
  ])("with a custom endpoint, parseS3Url parses a valid URL (%s)", (_style, url, location) => {
    expect(parseS3Url(url, { endpoint })).toEqual(location);
  });

  test.each([
    "https://storage.example.com/base/my-bucket/k",
    "https://storage.example.com:9000/other/my-bucket/k",
    "https://storage.example.com:9000/basement/my-bucket/k",
    "https://evilstorage.example.com:9000/base/my-bucket/k",
  ])("with a custom endpoint, parseS3Url refuses the URL %s", (url) => {
    expect(() => parseS3Url(url, { endpoint })).toThrow(expect.objectContaining({ code: "invalid_s3_url" }));
  });

  test("parseS3Url parses every URL that the presigner makes", () => {
    // AWS has no region "auto". Only endpoints of other providers have the region "auto".
    const target = any.target.filter(({ region, endpoint }) => endpoint !== undefined || region !== "auto");
    const property = fc.property(target, any.key, any.credentials, (where, key, credentials) => {
      const { url } = createPresigner(where).presignGet({ key, credentials, expiresInSeconds: 60, now: 0 });
      expect(parseS3Url(url, { endpoint: where.endpoint })).toMatchObject({ bucket: where.bucket, key });
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("parseS3Url refuses invalid URLs", () => {
  test.each([
    "",
    "my-bucket/key",
    "ftp://my-bucket/key",
    "s3://my-bucket",
    "s3://my-bucket/",
    "s3:///key",
    "s3://my bucket/key",
    "https://my-bucket.s3.eu-west-1.amazonaws.com",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/",
    "https://s3.eu-west-1.amazonaws.com/my-bucket",
    "https://s3.eu-west-1.amazonaws.com//key",
    "https://example.com/my-bucket/key",
    "https://my-bucket.s3.eu-west-1.amazonaws.com.example.com/key",
    "https://evils3.eu-west-1.amazonaws.com/my-bucket/key",
    "https://user:pass@my-bucket.s3.eu-west-1.amazonaws.com/key",
    "https://my-bucket.s3.eu-west-1.amazonaws.com\\@example.com/key",
    "https://point-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/key",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/a/../b",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/a/%2E%2E/b",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/%FF",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/%",
    "https://my-bucket.s3.eu-west-1.amazonaws.com/%00",
    "https://my-bucket.s3.eu-west-1.amazonaws.com:99999/key",
    undefined as unknown as string,
  ])("parseS3Url refuses the text %j", (url) => {
    expect(() => parseS3Url(url)).toThrow(expect.objectContaining({ code: "invalid_s3_url" }));
  });
});
