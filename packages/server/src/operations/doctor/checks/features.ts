import type { BucketCapabilities } from "../../../platform/bucket/port.ts";
import type { Check } from "../check.ts";
import { type FindingId, finding, type Outcome } from "../finding.ts";
import { stepFix } from "../fixes/environment.ts";

/** The finding for each capability that the bucket may lack. `fix`: the best remedy for the operator. */
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
