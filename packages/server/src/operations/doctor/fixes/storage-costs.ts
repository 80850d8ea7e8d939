import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Fix } from "../finding.ts";
import { archives, coversAll, deletes, expiresVersions, harmless, touches } from "../lifecycle-rules.ts";
import { type BucketPlace, quoted, s3api } from "./bucket-place.ts";

const ABORT_RULE = {
  ID: "abort-unfinished",
  Status: "Enabled",
  Filter: {},
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
} as const;
const VERSIONS_RULE = {
  ID: "expire-old-versions",
  Status: "Enabled",
  Filter: {},
  NoncurrentVersionExpiration: { NoncurrentDays: 30 },
} as const;

/** `rules`: the rules that the bucket has. */
type Rules = { rules: readonly LifecycleRule[]; keyPrefix: string; hasVersions: boolean };

/**
 * Describes the lifecycle rules that the bucket should have: the rules that it has, without the actions that delete or archive files of the
 * service. Adds a rule that deletes the parts of abandoned uploads, and in a bucket with versions a rule that deletes old versions.
 */
export function lifecycleFix(place: BucketPlace, { rules, keyPrefix, hasVersions }: Rules): Fix[] {
  if (place.provider === "b2") return [b2(place, hasVersions)];
  if (place.provider === "google") return [google(place, hasVersions)];
  const wanted = wantedRules({ rules, keyPrefix, hasVersions });
  const configuration = `--lifecycle-configuration ${quoted({ Rules: wanted })}`;
  const command = s3api(place, "put-bucket-lifecycle-configuration", configuration);
  const cli: Fix = { label: "AWS CLI (it replaces all lifecycle rules)", text: command };
  const json: Fix = { label: "lifecycle configuration (JSON)", text: JSON.stringify({ Rules: wanted }, null, 2) };
  return place.provider === "aws" ? [cli, terraform(place, hasVersions), json] : [cli, json];
}

function wantedRules({ rules, keyPrefix, hasVersions }: Rules): LifecycleRule[] {
  const isHarmful = (rule: LifecycleRule) =>
    rule.Status === "Enabled" && touches(rule, keyPrefix) && (deletes(rule) || archives(rule) !== undefined);
  const kept = rules.map((rule) => (isHarmful(rule) ? harmless(rule) : rule)).filter((rule) => rule !== undefined);
  const covering = kept.filter((rule) => rule.Status === "Enabled" && coversAll(rule, keyPrefix));
  const aborts = covering.some(({ AbortIncompleteMultipartUpload: action }) => action !== undefined);
  return [
    ...kept,
    ...(aborts ? [] : [ABORT_RULE]),
    ...(!hasVersions || covering.some(expiresVersions) ? [] : [VERSIONS_RULE]),
  ];
}

function terraform({ bucket }: BucketPlace, hasVersions: boolean): Fix {
  const rules = [
    terraformRule("abort-unfinished", "abort_incomplete_multipart_upload {\n      days_after_initiation = 2\n    }"),
    ...(hasVersions
      ? [terraformRule("expire-old-versions", "noncurrent_version_expiration {\n      noncurrent_days = 30\n    }")]
      : []),
  ];
  const text = `resource "aws_s3_bucket_lifecycle_configuration" "valetkey" {
  bucket = "${bucket.name}"
${rules.join("\n")}
}`;
  return { label: "Terraform (it replaces all lifecycle rules)", text };
}

function terraformRule(id: string, action: string): string {
  return `  rule {
    id     = "${id}"
    status = "Enabled"
    filter {}
    ${action}
  }`;
}

function b2({ bucket }: BucketPlace, hasVersions: boolean): Fix {
  const versions = hasVersions ? { daysFromHidingToDeleting: 30 } : {};
  const rule = quoted({ fileNamePrefix: "", daysFromStartingToCancelingUnfinishedLargeFiles: 2, ...versions });
  return { label: "B2 command line", text: `b2 bucket update --lifecycle-rule ${rule} ${bucket.name}` };
}

function google({ bucket }: BucketPlace, hasVersions: boolean): Fix {
  const abort = { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 2 } };
  const versions = { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30 } };
  const rules = quoted({ rule: hasVersions ? [abort, versions] : [abort] });
  const command = `gcloud storage buckets update gs://${bucket.name} --lifecycle-file=lifecycle.json`;
  return { label: "gcloud", text: `echo ${rules} > lifecycle.json\n${command}` };
}
