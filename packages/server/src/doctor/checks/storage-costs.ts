import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import type { Check } from "../check.ts";
import { finding, type Outcome, unchecked } from "../finding.ts";
import { abortRuleFix, versionsRuleFix } from "../fixes/storage-costs.ts";
import { attempt, createSignedRequests, isForbidden, isUnsupported, type Refusal } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { isFailure } from "../requests.ts";

type Rules = { rules: LifecycleRule[] } | { refusal: Refusal };

/** Reads the lifecycle rules and the versioning of the bucket. */
export const storageCostsCheck: Check = {
  name: "lifecycle rules and versioning",
  // The embedded bucket has no lifecycle rules and no versions. In the embedded bucket, the service itself aborts unfinished multipart
  // uploads.
  applies: ({ provider }) => provider !== "embedded",
  async run(parts) {
    const rules = await readRules(parts);
    return [...judgeAbort(parts, rules), ...(await judgeVersions(parts, rules))];
  },
};

async function readRules({ bucket, provider }: DoctorParts): Promise<Rules> {
  // Sends no request to Swift. Swift would respond that the bucket has no rules, but nobody can add a rule there.
  if (provider === "swift") return { refusal: { code: "NotImplemented", status: 501 } };
  const read = await attempt(bucket.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.name })));
  if ("output" in read) return { rules: read.output.Rules ?? [] };
  return read.refusal.code === "NoSuchLifecycleConfiguration" ? { rules: [] } : read;
}

function judgeAbort(parts: DoctorParts, read: Rules): Outcome[] {
  if ("refusal" in read)
    return [unchecked("lifecycle rule for multipart uploads", reasonOf(read.refusal, "s3:GetLifecycleConfiguration"))];
  if (read.rules.some((rule) => isOn(rule) && rule.AbortIncompleteMultipartUpload !== undefined)) return [];
  const detail =
    read.rules.length === 0 ? "The bucket has no lifecycle rule." : `None of its ${read.rules.length} rules does.`;
  return [finding("lifecycle-missing", { detail, fix: abortRuleFix(parts, read.rules) })];
}

async function judgeVersions(parts: DoctorParts, read: Rules): Promise<Outcome[]> {
  const state = await versioningOf(parts);
  if (typeof state !== "boolean") return [unchecked("versioning", reasonOf(state, "s3:GetBucketVersioning"))];
  if (!state) return [];
  if ("refusal" in read) {
    const reason = `the bucket keeps versions, and ${reasonOf(read.refusal, "s3:GetLifecycleConfiguration")}`;
    return [unchecked("expiry of old versions", reason)];
  }
  if (read.rules.some((rule) => isOn(rule) && rule.NoncurrentVersionExpiration !== undefined)) return [];
  const detail = "Versioning is enabled, and no lifecycle rule expires noncurrent versions.";
  return [finding("versions-kept", { detail, fix: versionsRuleFix(parts, read.rules) })];
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

function isOn({ Status }: LifecycleRule): boolean {
  return Status === "Enabled";
}

function reasonOf(refusal: Refusal, permission: string): string {
  if (isForbidden(refusal)) return `the credentials lack ${permission}, which the service itself does not need`;
  if (isUnsupported(refusal)) return "the server has no such setting";
  return `the bucket responded with ${refusal.code}`;
}
