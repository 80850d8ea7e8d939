import type { Fix } from "../finding.ts";
import { type BucketPlace, quoted, s3api } from "./bucket-place.ts";

const ABORT_RULE = {
  ID: "abort-unfinished",
  Status: "Enabled",
  Filter: {},
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
};
const VERSIONS_RULE = {
  ID: "expire-old-versions",
  Status: "Enabled",
  Filter: {},
  NoncurrentVersionExpiration: { NoncurrentDays: 30 },
};

/** Describes a lifecycle rule that deletes the parts of abandoned uploads. `others`: the rules that the bucket already has. */
export function abortRuleFix(place: BucketPlace, others: readonly unknown[]): Fix[] {
  if (place.provider === "b2") return [b2(place, "daysFromStartingToCancelingUnfinishedLargeFiles", 2)];
  if (place.provider === "google") return [googleRule(place, "AbortIncompleteMultipartUpload", { age: 2 })];
  return lifecycleFix(place, {
    rules: [...others, ABORT_RULE],
    terraform: "abort_incomplete_multipart_upload {\n      days_after_initiation = 2\n    }",
  });
}

/** Describes a lifecycle rule that deletes old versions of objects. */
export function versionsRuleFix(place: BucketPlace, others: readonly unknown[]): Fix[] {
  if (place.provider === "b2") return [b2(place, "daysFromHidingToDeleting", 30)];
  if (place.provider === "google") return [googleRule(place, "Delete", { daysSinceNoncurrentTime: 30 })];
  return lifecycleFix(place, {
    rules: [...others, VERSIONS_RULE],
    terraform: "noncurrent_version_expiration {\n      noncurrent_days = 30\n    }",
  });
}

function lifecycleFix(place: BucketPlace, { rules, terraform }: { rules: unknown[]; terraform: string }): Fix[] {
  const configuration = `--lifecycle-configuration ${quoted({ Rules: rules })}`;
  const command = s3api(place, "put-bucket-lifecycle-configuration", configuration);
  const cli: Fix = { label: "AWS CLI", text: command };
  const json: Fix = { label: "lifecycle configuration (JSON)", text: JSON.stringify({ Rules: rules }, null, 2) };
  if (place.provider !== "aws") return [cli, json];
  const text = `resource "aws_s3_bucket_lifecycle_configuration" "valetkey" {
  bucket = "${place.bucket.name}"
  rule {
    id     = "valetkey"
    status = "Enabled"
    filter {}
    ${terraform}
  }
}`;
  return [cli, { label: "Terraform", text }, json];
}

function b2({ bucket }: BucketPlace, name: string, days: number): Fix {
  const rule = quoted({ fileNamePrefix: "", [name]: days });
  return { label: "B2 command line", text: `b2 bucket update --lifecycle-rule ${rule} ${bucket.name}` };
}

function googleRule({ bucket }: BucketPlace, type: string, condition: Record<string, number>): Fix {
  const rules = quoted({ rule: [{ action: { type }, condition }] });
  const command = `gcloud storage buckets update gs://${bucket.name} --lifecycle-file=lifecycle.json`;
  return { label: "gcloud", text: `echo ${rules} > lifecycle.json\n${command}` };
}
