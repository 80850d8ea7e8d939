import type { BucketCapabilities } from "../../../platform/bucket/port.ts";
import { fault, findingOf, type Outcome, stepFix } from "../finding.ts";
import type { Check } from "../parts.ts";

/** Features of S3 that a bucket may lack. */
export const featureFaults = {
  "copy-source-hole": fault.warning(
    "People without access may copy files: the bucket accepts unsigned x-amz headers",
    "A person who once had a URL of a file can copy it with an upload URL, after the share was revoked.",
  ),
  "signed-length-ignored": fault.warning(
    "Uploads can be larger than declared: the bucket ignores the signed length",
    "An upload URL can store more bytes than declared. The service deletes them later.",
  ),
  "signed-type-ignored": fault.warning(
    "Uploads can have another type than declared: the bucket ignores the signed type",
    "An upload URL can store a web page instead of an image. The service rejects it later.",
  ),
  "type-lost": fault.warning(
    "Uploads are rejected: the bucket does not store the content type",
    "The service compares the stored type with the declared one, and rejects the upload.",
  ),
  "copy-broken": fault.error(
    "Every upload fails: the bucket has neither conditional PUT nor copies",
    "The service then copies each upload before it verifies it. Every upload fails.",
  ),
  "copy-missing": fault.info(
    "Nothing fails now: the bucket can't copy an object",
    "The service copies only where conditional PUT is missing, so nothing fails now.",
  ),
  "conditional-put-missing": fault.info(
    "Uploads take longer: the bucket has no conditional PUT",
    "The service copies each upload to a key without a URL, which costs time and space.",
  ),
  "checksum-missing": fault.info(
    "Uploads take longer: the bucket does not verify a signed SHA-256",
    "The service reads each stored object back and compares it, which costs time and traffic.",
  ),
  "parts-survive": fault.info(
    "Large uploads take longer: the bucket accepts a part after completion",
    "The service copies each multipart upload to a key without a URL.",
  ),
};

type FindingId = keyof typeof featureFaults;

const finding = findingOf(featureFaults);

/** The finding for each capability that the bucket may lack. `fix`: the best remedy. */
const FINDINGS: Partial<Record<keyof BucketCapabilities, { id: FindingId; fix: string }>> = {
  conditionalPut: {
    id: "conditional-put-missing",
    fix: "Nothing to do. A newer release of the S3 server may have it.",
  },
  partsDie: { id: "parts-survive", fix: "Nothing to do. A newer release of the S3 server may refuse them." },
  signedLength: { id: "signed-length-ignored", fix: "Set USER_QUOTA_BYTES, and update the S3 server." },
  signedType: { id: "signed-type-ignored", fix: "Update the S3 server." },
  storedType: { id: "type-lost", fix: "Update the S3 server, or use another one." },
  signedSha256: { id: "checksum-missing", fix: "Nothing to do. A newer release of the S3 server may verify it." },
  unsignedHeaders: {
    id: "copy-source-hole",
    fix: "Put a proxy before the bucket that refuses PUT requests with the header x-amz-copy-source from browsers.",
  },
};

/** Probes the capabilities of the bucket with objects of five bytes. */
export const featuresCheck: Check = {
  name: "capabilities of the bucket",
  async run({ bucket }) {
    const found = await bucket.capabilities();
    const missing = (Object.keys(FINDINGS) as (keyof BucketCapabilities)[]).filter((name) => !found[name]);
    return [...missing.flatMap(report), ...judgeCopy(found)];
  },
};

function report(name: keyof BucketCapabilities): Outcome[] {
  const known = FINDINGS[name];
  if (known === undefined) return [];
  const { id, fix } = known;
  return [finding(id, { detail: "A probe with small objects showed it.", fix: [...stepFix(fix), ...proxyFix(id)] })];
}

function proxyFix(id: FindingId) {
  if (id !== "copy-source-hole") return [];
  const text = 'if ($http_x_amz_copy_source != "") {\n  return 403;\n}';
  return [{ label: "nginx, before the public endpoint only", text }];
}

function judgeCopy({ copy, conditionalPut, partsDie }: BucketCapabilities): Outcome[] {
  if (copy) return [];
  const isNeeded = !conditionalPut || !partsDie;
  const fix = stepFix("Allow s3:GetObject and s3:PutObject on the same bucket, or use a server with CopyObject.");
  return [finding(isNeeded ? "copy-broken" : "copy-missing", { detail: "A copy inside the bucket failed.", fix })];
}
