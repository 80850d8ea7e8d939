import type { Check } from "../check.ts";
import { finding, unchecked } from "../finding.ts";
import { signatureAgeFix } from "../fixes/access.ts";
import { environmentFix } from "../fixes/environment.ts";
import { createSignedRequests } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { isFailure } from "../requests.ts";

const WEEK_SECONDS = 604_800;
/** How much younger a test signature is than the age that it tests, because the request takes time. Seconds. */
const SPARE_SECONDS = 20;
const AGES_SECONDS = [60, 300, 900, 3_600, 14_400];

/** Reads an object with signatures that are old but not expired. A bucket policy with `s3:signatureAge` refuses such signatures. */
export const signatureAgeCheck: Check = {
  name: "ceiling on the age of signatures",
  async run(parts) {
    const { urlTtlMaxSeconds, uploadTtlSeconds } = parts.config.limits;
    const key = parts.newKey();
    const signed = createSignedRequests(parts);
    const isAccepted = async (ageSeconds: number) => {
      const agedSeconds = Math.max(0, ageSeconds - SPARE_SECONDS);
      const answer = await signed.get(key, { agedSeconds, expiresInSeconds: WEEK_SECONDS });
      return !isFailure(answer) && answer.status === 200;
    };
    await signed.put(key);
    if (!(await isAccepted(0)))
      return [unchecked("ceiling on the age of signatures", "the bucket refuses a fresh URL")];
    if (!(await isAccepted(uploadTtlSeconds))) return [await refusedUploads(parts, isAccepted)];
    if (!(await isAccepted(urlTtlMaxSeconds))) return [await refusedDownloads(parts, isAccepted)];
    // Reports this on AWS only, because no other provider documents a maximum age of signatures.
    if (parts.provider !== "aws" || !(await isAccepted(WEEK_SECONDS))) return [];
    const detail = "The bucket accepted a signature that was nearly a week old.";
    const fix = signatureAgeFix(parts, { maxAgeSeconds: Math.max(uploadTtlSeconds, urlTtlMaxSeconds) });
    return [finding("signature-age-unlimited", { detail, fix })];
  },
};

type IsAccepted = (ageSeconds: number) => Promise<boolean>;

async function refusedUploads(parts: DoctorParts, isAccepted: IsAccepted) {
  const { uploadTtlSeconds } = parts.config.limits;
  const detail = `The bucket accepts signatures of ${await oldest(isAccepted)} seconds, and refuses those of ${uploadTtlSeconds}.`;
  return finding("signature-age-uploads", { detail, fix: signatureAgeFix(parts, { maxAgeSeconds: uploadTtlSeconds }) });
}

async function refusedDownloads(parts: DoctorParts, isAccepted: IsAccepted) {
  const { urlTtlMaxSeconds } = parts.config.limits;
  const accepted = await oldest(isAccepted);
  const detail = `The bucket accepts signatures of ${accepted} seconds, and refuses those of URL_TTL_MAX (${urlTtlMaxSeconds}).`;
  const fix = [
    ...environmentFix(`URL_TTL_MAX=${accepted}`),
    ...signatureAgeFix(parts, { maxAgeSeconds: urlTtlMaxSeconds }),
  ];
  return finding("signature-age-downloads", { detail, fix });
}

async function oldest(isAccepted: IsAccepted): Promise<number> {
  let accepted = 0;
  for (const ageSeconds of AGES_SECONDS) {
    if (!(await isAccepted(ageSeconds))) return accepted;
    accepted = ageSeconds;
  }
  return accepted;
}
