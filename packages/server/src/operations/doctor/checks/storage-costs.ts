import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import { type Fix, fault, findingOf, type Outcome, unchecked } from "../finding.ts";
import { attempt, createSignedRequests, isForbidden, isUnsupported, type Refusal } from "../objects.ts";
import { type BucketPlace, type Check, type DoctorParts, quoted, s3api } from "../parts.ts";
import { isFailure } from "../requests.ts";

/** Settings of the bucket that delete files, or that increase the storage costs. */
export const storageCostFaults = {
  "lifecycle-deletes": fault.error(
    "Files get lost: a lifecycle rule deletes them",
    "The notes still show the files, and nobody can download them any more.",
  ),
  "lifecycle-archives": fault.error(
    "Older files can't be downloaded: a lifecycle rule moves them to an archive",
    "The bucket refuses to read an archived object until somebody restores it. Downloads of older files fail.",
  ),
  "lifecycle-missing": fault.warning(
    "Unfinished uploads cost money: no lifecycle rule removes their parts",
    "Parts of abandoned uploads cost money. No listing of objects shows them.",
  ),
  "versions-kept": fault.warning(
    "Deleted files stay in the bucket: old versions never expire",
    "The bytes of deleted files stay in the bucket for ever. They cost money and can still leak.",
  ),
};

type FindingId = keyof typeof storageCostFaults;

const finding = findingOf(storageCostFaults);

type Rules = { rules: LifecycleRule[] } | { refusal: Refusal };

export const storageCostsCheck: Check = {
  name: "lifecycle rules and versioning",
  // The built-in bucket has no lifecycle rules and no versions, and the service itself aborts unfinished multipart uploads there.
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
  // The doctor does not request the lifecycle rules from Swift. Swift would respond that the bucket has no rules, but nobody can add a rule
  // on Swift.
  if (provider === "swift") return { refusal: { code: "NotImplemented", status: 501 } };
  const read = await attempt(bucket.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.name })));
  if ("refusal" in read) return read.refusal.code === "NoSuchLifecycleConfiguration" ? { rules: [] } : read;
  const rules = read.output.Rules ?? [];
  // Google Cloud Storage has lifecycle rules in another format, with actions and conditions.
  const isOther = rules.some(({ Status }) => Status === undefined);
  return isOther ? { refusal: { code: "rules in a format that the doctor can't read", status: 200 } } : { rules };
}

/** Judges the lifecycle rules that apply to the keys of the service. Every remedy contains a complete and correct set of rules. */
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
 * Returns whether the bucket stores old versions. Without the permission to read this setting, a test object shows whether there are
 * versions.
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

/** S3 returns an object of these classes only after a person has restored it from the archive, which takes hours. */
const ARCHIVES: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];
/** Matches the beginning of an object key after the key prefix. Object keys are hex digits. */
const KEY_BEGINNING = /^[0-9a-f]{0,44}$/;

/** Returns whether a lifecycle rule applies to at least some objects of the service, which have no tags. */
function touches(rule: LifecycleRule, keyPrefix: string): boolean {
  const { prefix, hasTags } = filterOf(rule);
  if (hasTags) return false;
  if (keyPrefix.startsWith(prefix)) return true;
  return prefix.startsWith(keyPrefix) && KEY_BEGINNING.test(prefix.slice(keyPrefix.length));
}

/** Returns whether a lifecycle rule applies to every object of the service. */
function coversAll(rule: LifecycleRule, keyPrefix: string): boolean {
  const { prefix, hasTags, hasSizes } = filterOf(rule);
  return !hasTags && !hasSizes && keyPrefix.startsWith(prefix);
}

function deletes({ Expiration }: LifecycleRule): boolean {
  return Expiration?.Days !== undefined || Expiration?.Date !== undefined;
}

/** Returns the archive to which a lifecycle rule moves current objects, or undefined. */
function archives({ Transitions = [] }: LifecycleRule): string | undefined {
  return Transitions.map(({ StorageClass = "" }) => StorageClass).find((name) => ARCHIVES.includes(name));
}

function expiresVersions({ NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return NoncurrentVersionExpiration !== undefined;
}

/** Returns a lifecycle rule without its actions that delete or archive objects. Returns undefined if no action remains. */
export function harmless(rule: LifecycleRule): LifecycleRule | undefined {
  const { Expiration, Transitions = [], ...others } = rule;
  const readable = Transitions.filter((transition) => archives({ ...rule, Transitions: [transition] }) === undefined);
  const kept: LifecycleRule = {
    ...others,
    ...(Expiration !== undefined && !deletes(rule) && { Expiration }),
    ...(readable.length > 0 && { Transitions: readable }),
  };
  const { Expiration: marker, Transitions: moves, NoncurrentVersionExpiration, NoncurrentVersionTransitions } = kept;
  const actions = [marker, moves, NoncurrentVersionExpiration, NoncurrentVersionTransitions];
  return [...actions, kept.AbortIncompleteMultipartUpload].some((action) => action !== undefined) ? kept : undefined;
}

function filterOf({ Filter = {}, Prefix }: LifecycleRule) {
  const { And = {} } = Filter;
  const sizes = [Filter, And].flatMap((each) => [each.ObjectSizeGreaterThan, each.ObjectSizeLessThan]);
  return {
    prefix: Filter.Prefix ?? And.Prefix ?? Prefix ?? "",
    hasTags: Filter.Tag !== undefined || (And.Tags ?? []).length > 0,
    hasSizes: sizes.some((size) => size !== undefined),
  };
}

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

type WantedRules = { rules: readonly LifecycleRule[]; keyPrefix: string; hasVersions: boolean };

/**
 * Describes the right lifecycle rules: the rules of the bucket, without the actions that delete or archive files of the service. Adds a
 * rule that deletes the parts of abandoned uploads. In a bucket with versions, also adds a rule that deletes old versions.
 */
export function lifecycleFix(place: BucketPlace, { rules, keyPrefix, hasVersions }: WantedRules): Fix[] {
  if (place.provider === "b2") return [b2(place, hasVersions)];
  if (place.provider === "google") return [google(place, hasVersions)];
  const wanted = wantedRules({ rules, keyPrefix, hasVersions });
  const configuration = `--lifecycle-configuration ${quoted({ Rules: wanted })}`;
  const command = s3api(place, "put-bucket-lifecycle-configuration", configuration);
  const cli: Fix = { label: "AWS CLI (it replaces all lifecycle rules)", text: command };
  const json: Fix = { label: "lifecycle configuration (JSON)", text: JSON.stringify({ Rules: wanted }, null, 2) };
  return place.provider === "aws" ? [cli, terraform(place, hasVersions), json] : [cli, json];
}

function wantedRules({ rules, keyPrefix, hasVersions }: WantedRules): LifecycleRule[] {
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
  return { label: "gcloud command line", text: `echo ${rules} > lifecycle.json\n${command}` };
}
