import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import type { Check } from "../check.ts";
import { type FindingId, finding, type Outcome, unchecked } from "../finding.ts";
import { lifecycleFix } from "../fixes/storage-costs.ts";
import { archives, coversAll, deletes, expiresVersions, touches } from "../lifecycle-rules.ts";
import { attempt, createSignedRequests, isForbidden, isUnsupported, type Refusal } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { isFailure } from "../requests.ts";

type Rules = { rules: LifecycleRule[] } | { refusal: Refusal };

/** Reads the lifecycle rules and the versioning of the bucket. */
export const storageCostsCheck: Check = {
  name: "lifecycle rules and versioning",
  // The built-in bucket has no lifecycle rules and no versions. In the built-in bucket, the service itself aborts unfinished multipart
  // uploads.
  applies: ({ provider }) => provider !== "embedded",
  async run(parts) {
    const read = await readRules(parts);
    const versions = await versioningOf(parts);
    const ofVersions =
      typeof versions === "boolean" ? [] : [unchecked("versioning", reasonOf(versions, "s3:GetBucketVersioning"))];
    if ("refusal" in read) {
      const reason = reasonOf(read.refusal, "s3:GetLifecycleConfiguration");
      const ofExpiry =
        versions === true ? [unchecked("expiry of old versions", `the bucket keeps versions, and ${reason}`)] : [];
      return [unchecked("lifecycle rules", reason), ...ofVersions, ...ofExpiry];
    }
    return [...judgeRules(parts, { rules: read.rules, hasVersions: versions === true }), ...ofVersions];
  },
};

async function readRules({ bucket, provider }: DoctorParts): Promise<Rules> {
  // Sends no request to Swift. Swift would respond that the bucket has no rules, but nobody can add a rule there.
  if (provider === "swift") return { refusal: { code: "NotImplemented", status: 501 } };
  const read = await attempt(bucket.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.name })));
  if ("refusal" in read) return read.refusal.code === "NoSuchLifecycleConfiguration" ? { rules: [] } : read;
  const rules = read.output.Rules ?? [];
  // Google Cloud Storage has rules in a format of its own, with actions and conditions.
  const isOther = rules.some(({ Status }) => Status === undefined);
  return isOther ? { refusal: { code: "rules in a format that the doctor can't read", status: 200 } } : { rules };
}

/** Judges the rules for the keys of the service. All remedies contain the same complete and correct set of rules. */
function judgeRules(
  parts: DoctorParts,
  { rules, hasVersions }: { rules: LifecycleRule[]; hasVersions: boolean },
): Outcome[] {
  const { keyPrefix } = parts.config.bucket;
  const active = rules.filter(({ Status }) => Status === "Enabled");
  const touching = active.filter((rule) => touches(rule, keyPrefix));
  const covering = active.filter((rule) => coversAll(rule, keyPrefix));
  const fix = lifecycleFix(parts, { rules, keyPrefix, hasVersions });
  const report = (id: FindingId, detail: string): Outcome[] => [finding(id, { detail, fix })];
  const [deleting, archiving] = [touching.find(deletes), touching.find(archives)];
  const aborting = active.filter((rule) => rule.AbortIncompleteMultipartUpload !== undefined);
  return [
    ...(deleting === undefined
      ? []
      : report("lifecycle-deletes", `The rule ${nameOf(deleting)} deletes objects ${whenOf(deleting)}.`)),
    ...(archiving === undefined
      ? []
      : report("lifecycle-archives", `The rule ${nameOf(archiving)} moves objects to ${archives(archiving)}.`)),
    ...(aborting.some((rule) => covering.includes(rule))
      ? []
      : report("lifecycle-missing", whyMissing(rules, aborting))),
    ...(!hasVersions || covering.some(expiresVersions)
      ? []
      : report(
          "versions-kept",
          "Versioning is enabled, and no lifecycle rule expires noncurrent versions of all files.",
        )),
  ];
}

function whyMissing(rules: readonly LifecycleRule[], aborting: readonly LifecycleRule[]): string {
  if (rules.length === 0) return "The bucket has no lifecycle rule.";
  if (aborting.length === 0) return `None of its ${rules.length} rules does.`;
  return `The rule ${aborting.map(nameOf).join(", ")} does not apply to all files of the service.`;
}

function nameOf({ ID = "without an id" }: LifecycleRule): string {
  return ID;
}

function whenOf({ Expiration }: LifecycleRule): string {
  const { Days } = Expiration ?? {};
  if (Days === undefined) return "at a date";
  return Days === 1 ? "after a day" : `after ${Days} days`;
}

/**
 * Whether the bucket stores old versions of objects. If the credentials may not read this setting, stores an object and checks whether the
 * response contains a version.
 */
async function versioningOf(parts: DoctorParts): Promise<boolean | Refusal> {
  const { s3, name: Bucket } = parts.bucket;
  const read = await attempt(s3.send(new GetBucketVersioningCommand({ Bucket })));
  if ("output" in read) return read.output.Status === "Enabled";
  if (isUnsupported(read.refusal)) return false;
  const stored = await createSignedRequests(parts).put(parts.newKey());
  if (isFailure(stored) || stored.status !== 200) return read.refusal;
  const version = stored.headers.get("x-amz-version-id");
  return version !== null && version !== "null";
}

function reasonOf(refusal: Refusal, permission: string): string {
  if (isForbidden(refusal)) return `the credentials lack ${permission}, which the service itself does not need`;
  if (isUnsupported(refusal)) return "the server has no such setting";
  return `the bucket responded with ${refusal.code}`;
}
