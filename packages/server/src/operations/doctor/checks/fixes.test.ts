import type { LifecycleRule } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { Fix } from "../finding.ts";
import type { BucketPlace } from "../parts.ts";
import { corsFix } from "./cors.ts";
import { closeFix, signatureAgeFix } from "./exposure.ts";
import { permissionFix } from "./permissions.ts";
import { lifecycleFix } from "./storage-costs.ts";

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
  ...lifecycleFix(place, { rules: [], keyPrefix: "", hasVersions: true }),
  ...permissionFix(place),
  ...closeFix(place),
  ...signatureAgeFix(place, { maxAgeSeconds: 900 }),
];

describe.each(PROVIDERS)("the doctor's remedies for the provider %s", (provider) => {
  it("the JSON documents in the remedies of the doctor are valid JSON", () => {
    for (const { label, text } of every(at(provider))) {
      if (label.includes("(JSON)")) expect(() => JSON.parse(text), label).not.toThrow();
      for (const [, json = ""] of text.matchAll(/'([[{].*[\]}])'/g)) expect(() => JSON.parse(json), text).not.toThrow();
    }
  });

  it("each CORS remedy of the doctor names the origin of the service or the bucket", () => {
    for (const { text } of corsFix(at(provider), { origin: ORIGIN }))
      expect(text).toMatch(/files\.example\.com|my-private-bucket/);
  });

  it("the AWS CLI commands in the doctor's remedies call the endpoint of the bucket", () => {
    for (const { text } of every(at(provider))) {
      if (!text.startsWith("aws s3api")) continue;
      expect(text.includes("--endpoint-url https://storage.example.com")).toBe(provider !== "aws");
      expect(text).toContain("--bucket my-private-bucket");
    }
  });
});

describe("the doctor's remedies for AWS", () => {
  it("each remedy of the doctor for AWS has an AWS CLI command, Terraform and JSON", () => {
    for (const fixes of [
      corsFix(at("aws"), { origin: ORIGIN }),
      lifecycleFix(at("aws"), { rules: [], keyPrefix: "", hasVersions: false }),
      permissionFix(at("aws")),
    ]) {
      expect(fixes.map(({ label }) => label)).toEqual([
        expect.stringMatching(/^AWS CLI/),
        expect.stringMatching(/^Terraform/),
        expect.stringContaining("(JSON)"),
      ]);
    }
  });

  const wanted = (rules: LifecycleRule[], keyPrefix = "", hasVersions = false) => {
    const json = lifecycleFix(at("aws"), { rules, keyPrefix, hasVersions }).find(({ label }) => label.includes("JSON"));
    return JSON.parse(json?.text ?? "").Rules.map(({ ID }: LifecycleRule) => ID);
  };
  const on = { Status: "Enabled", Filter: {} } as const;
  const daily = { ...on, ID: "daily", Expiration: { Days: 1 } };

  it("the doctor's remedies for AWS keep the harmless lifecycle rules of the bucket", () => {
    const cheaper = { ...on, ID: "cheaper", Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" as const }] };
    const marker = { ...on, ID: "marker", Expiration: { ExpiredObjectDeleteMarker: true } };
    const logs = { ...daily, ID: "logs", Filter: { Prefix: "logs/" } };
    const tagged = { ...daily, ID: "tagged", Filter: { Tag: { Key: "a", Value: "b" } } };
    const off = { ...daily, ID: "off", Status: "Disabled" as const };
    expect(wanted([cheaper, marker, logs, tagged, off])).toEqual([
      "cheaper",
      "marker",
      "logs",
      "tagged",
      "off",
      "abort-unfinished",
    ]);
  });

  it("the doctor's remedies for AWS drop lifecycle rules that delete or archive files", () => {
    const archive = { ...on, ID: "archive", Transitions: [{ Days: 1, StorageClass: "GLACIER" as const }] };
    const large = { ...daily, ID: "large", Filter: { ObjectSizeGreaterThan: 1_000 } };
    const someKeys = { ...daily, ID: "some keys", Filter: { Prefix: "files/0" } };
    const old = { ...daily, ID: "old form", Filter: undefined, Prefix: "files/" };
    expect(wanted([daily, archive, large, someKeys, old] as LifecycleRule[], "files/")).toEqual(["abort-unfinished"]);
  });

  it("the doctor's remedies for AWS keep the harmless part of a lifecycle rule", () => {
    const both = { ...daily, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } };
    expect(wanted([both])).toEqual(["daily"]);
    expect(wanted([both], "", true)).toEqual(["daily", "expire-old-versions"]);
  });
});
