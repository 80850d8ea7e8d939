import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { environmentFix, type Fix, fault, findingOf, type Outcome, stepFix, unchecked } from "../finding.ts";
import { attempt, BODY, createSignedRequests } from "../objects.ts";
import { type BucketPlace, type Check, type DoctorParts, quoted, s3api } from "../parts.ts";
import { isFailure } from "../requests.ts";
import { permissionFix } from "./permissions.ts";

/** Faults that expose the bucket to unauthorised people. */
export const exposureFaults = {
  "anonymous-list": fault.error(
    "Strangers can see which files exist: anyone can list the bucket",
    "A list has the keys of all objects. Anyone can then see what exists, and try to read it.",
  ),
  "anonymous-read": fault.error(
    "Strangers can open files: anyone can read the objects of the bucket",
    "Shares, expiry and revocation protect nothing, because a key alone opens the file.",
  ),
  "anonymous-write": fault.error(
    "Strangers can store and replace files: anyone can write to the bucket",
    "Anyone can store files at your cost, and replace files of others.",
  ),
  "signature-age-uploads": fault.error(
    "Slow uploads fail: the bucket refuses upload URLs before they expire",
    "Upload URLs live for 15 minutes. A slow or resumed upload fails before that.",
  ),
  "signature-age-downloads": fault.warning(
    "Downloads may stop working too early: the bucket refuses URLs before URL_TTL_MAX",
    "The service promises URLs that live longer than the bucket accepts them.",
  ),
  "signature-age-unlimited": fault.info(
    "A stolen key can open files longer: the bucket policy does not limit signatures",
    "A URL that a stolen key signs works for up to seven days.",
  ),
  "policy-lists-buckets": fault.info(
    "A stolen key reveals too much: the credentials may list all buckets",
    "The service does not need it. A stolen key reveals more than necessary.",
  ),
};

const finding = findingOf(exposureFaults);

/** Sends requests without a signature. The bucket should refuse all these requests. */
export const exposureCheck: Check = {
  name: "access without a signature",
  async run(parts) {
    return [
      ...(await checkList(parts)),
      ...(await checkRead(parts)),
      ...(await checkWrite(parts)),
      ...(await checkAccount(parts)),
    ];
  },
};

async function checkList(parts: DoctorParts): Promise<Outcome[]> {
  const url = (await createSignedRequests(parts).plainUrl("x")).slice(0, -1);
  const answer = await parts.requests.send(`${url}?list-type=2&max-keys=1`);
  if (isFailure(answer) || answer.status !== 200 || !answer.text.includes("<ListBucketResult")) return [];
  const detail = "A request without a signature got the list of the objects.";
  return [finding("anonymous-list", { detail, fix: closeFix(parts) })];
}

async function checkRead(parts: DoctorParts): Promise<Outcome[]> {
  const signed = createSignedRequests(parts);
  const key = parts.newKey();
  const stored = await signed.put(key);
  if (isFailure(stored) || stored.status !== 200) return [];
  const answer = await parts.requests.send(await signed.plainUrl(key));
  if (isFailure(answer) || answer.status !== 200 || answer.text !== BODY) return [];
  const detail = "A request without a signature got an object that the doctor had stored.";
  return [finding("anonymous-read", { detail, fix: closeFix(parts) })];
}

async function checkWrite(parts: DoctorParts): Promise<Outcome[]> {
  const url = await createSignedRequests(parts).plainUrl(parts.newKey());
  const answer = await parts.requests.send(url, { method: "PUT", body: BODY });
  if (isFailure(answer) || answer.status !== 200) return [];
  const detail = "A request without a signature stored an object. The doctor deletes it.";
  return [finding("anonymous-write", { detail, fix: closeFix(parts) })];
}

/** Checks whether the credentials can list all buckets of the account. Only AWS has a permission for this list. */
async function checkAccount(parts: DoctorParts): Promise<Outcome[]> {
  if (parts.provider !== "aws") return [];
  const listed = await attempt(parts.bucket.s3.send(new ListBucketsCommand({ MaxBuckets: 1 })));
  if ("refusal" in listed) return [];
  const detail = "The credentials have s3:ListAllMyBuckets.";
  return [finding("policy-lists-buckets", { detail, fix: permissionFix(parts) })];
}

const WEEK_SECONDS = 604_800;
/** The seconds by which a test signature is younger than the tested age, because the request takes time. */
const SPARE_SECONDS = 20;
const AGES_SECONDS = [60, 300, 900, 3_600, 14_400];

/** Reads an object with signatures that are old but not expired. A bucket policy with `s3:signatureAge` refuses old signatures. */
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
    // The check reports this fault only on AWS, because no other provider documents a maximum age of signatures.
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

/** Explains how an operator closes the bucket for everyone without credentials. */
export function closeFix(place: BucketPlace): Fix[] {
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
  switch (place.provider) {
    case "aws": {
      const option = `--public-access-block-configuration ${quoted(all)}`;
      return [{ label: "AWS CLI", text: s3api(place, "put-public-access-block", option) }, terraformBlock(place)];
    }
    case "r2":
      return stepFix("Turn off public access and the r2.dev URL in the settings of the bucket.");
    case "b2":
      return [{ label: "B2 command line", text: `b2 bucket update ${place.bucket.name} allPrivate` }];
    case "google": {
      const command = `gcloud storage buckets update gs://${place.bucket.name} --public-access-prevention`;
      return [{ label: "gcloud command line", text: command }];
    }
    case "minio":
      return [{ label: "MinIO client", text: `mc anonymous set none ALIAS/${place.bucket.name}` }];
    case "swift":
      return [{ label: "Swift command line", text: `swift post ${place.bucket.name} --read-acl "" --write-acl ""` }];
    default:
      return [
        { label: "AWS CLI (it removes the bucket policy)", text: s3api(place, "delete-bucket-policy") },
        { label: "AWS CLI, if the bucket has a public ACL", text: s3api(place, "put-bucket-acl", "--acl private") },
      ];
  }
}

/** Describes a bucket policy that refuses signatures older than `maxAgeSeconds`. */
export function signatureAgeFix(place: BucketPlace, { maxAgeSeconds }: { maxAgeSeconds: number }): Fix[] {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "RefuseOldSignatures",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: `arn:aws:s3:::${place.bucket.name}/*`,
        Condition: {
          StringEquals: { "s3:authType": "REST-QUERY-STRING" },
          NumericGreaterThan: { "s3:signatureAge": String(maxAgeSeconds * 1000) },
        },
      },
    ],
  };
  const json: Fix = { label: "statement of the bucket policy (JSON)", text: JSON.stringify(policy, null, 2) };
  const command = s3api(place, "put-bucket-policy", `--policy ${quoted(policy)}`);
  return [{ label: "AWS CLI (it replaces the bucket policy)", text: command }, json];
}

function terraformBlock({ bucket }: BucketPlace): Fix {
  const text = `resource "aws_s3_bucket_public_access_block" "valetkey" {
  bucket                  = "${bucket.name}"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}`;
  return { label: "Terraform", text };
}
