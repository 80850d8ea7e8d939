import { describe, expect, it } from "vitest";
import type { Fix } from "../finding.ts";
import { closeFix, permissionFix, signatureAgeFix } from "./access.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { corsFix } from "./cors.ts";
import { abortRuleFix, versionsRuleFix } from "./storage-costs.ts";

const ORIGIN = "https://files.example.com";
const PROVIDERS = [
  "aws",
  "r2",
  "b2",
  "google",
  "wasabi",
  "spaces",
  "hetzner",
  "minio",
  "garage",
  "seaweedfs",
  "ceph",
  "swift",
  "embedded",
  "other",
] as const;

const at = (provider: BucketPlace["provider"]): BucketPlace => ({
  provider,
  bucket: { name: "my-private-bucket", endpoint: provider === "aws" ? undefined : "https://storage.example.com" },
});
const every = (place: BucketPlace): Fix[] => [
  ...corsFix(place, { origin: ORIGIN }),
  ...abortRuleFix(place, []),
  ...versionsRuleFix(place, []),
  ...permissionFix(place),
  ...closeFix(place),
  ...signatureAgeFix(place, { maxAgeSeconds: 900 }),
];

describe.each(PROVIDERS)("the remedies for %s", (provider) => {
  it("have JSON that parses", () => {
    for (const { label, text } of every(at(provider))) {
      if (label.includes("(JSON)")) expect(() => JSON.parse(text), label).not.toThrow();
      for (const [, json = ""] of text.matchAll(/'([[{].*[\]}])'/g)) expect(() => JSON.parse(json), text).not.toThrow();
    }
  });

  it("name the origin, and the bucket where a command needs it", () => {
    for (const { text } of corsFix(at(provider), { origin: ORIGIN }))
      expect(text).toMatch(/files\.example\.com|my-private-bucket/);
  });

  it("call the endpoint of the bucket with the AWS CLI", () => {
    for (const { text } of every(at(provider))) {
      if (!text.startsWith("aws s3api")) continue;
      expect(text.includes("--endpoint-url https://storage.example.com")).toBe(provider !== "aws");
      expect(text).toContain("--bucket my-private-bucket");
    }
  });
});

describe("the remedies for AWS", () => {
  it("are an AWS CLI command, Terraform and JSON", () => {
    for (const fixes of [
      corsFix(at("aws"), { origin: ORIGIN }),
      abortRuleFix(at("aws"), []),
      permissionFix(at("aws")),
    ]) {
      expect(fixes.map(({ label }) => label)).toEqual([
        expect.stringMatching(/^AWS CLI/),
        "Terraform",
        expect.stringContaining("(JSON)"),
      ]);
    }
  });

  it("keep the lifecycle rules that the bucket has", () => {
    const [command] = abortRuleFix(at("aws"), [{ ID: "archive", Status: "Enabled" }]);
    expect(command?.text).toContain('"ID":"archive"');
    expect(command?.text).toContain('"ID":"abort-unfinished"');
  });
});
