import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
} from "@aws-sdk/client-s3";
import { type Fix, fault, findingOf, type Outcome, stepFix, unchecked } from "../finding.ts";
import { attempt, createSignedRequests, isForbidden, isUnsupported, type Refusal } from "../objects.ts";
import { type BucketPlace, type Check, type DoctorParts, quoted } from "../parts.ts";
import { type Answer, isFailure } from "../requests.ts";

/** Permissions that the credentials may lack. */
export const permissionFaults = {
  "permission-get": fault.error(
    "Downloads fail: the credentials may not read objects",
    "A download URL has only the rights of these credentials. The service also reads files to verify them.",
  ),
  "permission-delete": fault.error(
    "Deleted files stay in the bucket: the credentials may not delete objects",
    "Deleted files stay in the bucket, where they cost money and can leak.",
  ),
  "permission-list": fault.error(
    "Some uploads fail: the credentials may not list the bucket",
    "A missing object looks like a refusal, so verifications fail. `valetkey gc` fails too.",
  ),
  "permission-abort": fault.error(
    "Unfinished uploads cost money: the credentials may not abort multipart uploads",
    "The parts of abandoned uploads stay in the bucket and cost money.",
  ),
  "permission-list-parts": fault.error(
    "Large uploads fail: the credentials may not list the parts of an upload",
    "A broken upload can't be resumed, and a multipart upload can't be completed.",
  ),
  "permission-list-uploads": fault.warning(
    "Unfinished uploads may cost money: the credentials may not list multipart uploads",
    "The service can't find the parts that a killed process left.",
  ),
};

type FindingId = keyof typeof permissionFaults;

const finding = findingOf(permissionFaults);

/** Tries each permission that the service needs once, with test objects of the doctor. */
export const permissionsCheck: Check = {
  name: "permissions of the credentials",
  async run(parts) {
    const objects = await checkObjects(parts);
    const lists = await checkList(parts);
    return [...objects, ...lists, ...(await checkMultipart(parts))];
  },
};

async function checkObjects(parts: DoctorParts): Promise<Outcome[]> {
  const signed = createSignedRequests(parts);
  const key = parts.newKey();
  const stored = await signed.put(key);
  // `reachCheck` (bucket.ts) reports a bucket that refuses the upload.
  if (isFailure(stored) || stored.status !== 200) return [];
  const read = judge(parts, "permission-get", await signed.get(key));
  const deleted = judge(parts, "permission-delete", await signed.delete(key));
  return [...read, ...deleted];
}

function judge(parts: DoctorParts, id: FindingId, answer: Answer): Outcome[] {
  if (isFailure(answer)) return [unchecked(id, answer.reason)];
  if (answer.status < 300) return [];
  if (answer.status === 403 || answer.status === 401) return [denied(parts, id, answer.code)];
  return [unchecked(id, `the bucket responded with status ${answer.status}`)];
}

function denied(parts: DoctorParts, id: FindingId, code = "AccessDenied"): Outcome {
  const detail = `The bucket ${parts.bucket.name} responded with ${code}.`;
  return finding(id, { detail, fix: permissionFix(parts) });
}

function judgeRefusal(parts: DoctorParts, id: FindingId, refusal: Refusal): Outcome[] {
  if (isForbidden(refusal)) return [denied(parts, id)];
  // If the S3 server does not support the call, the service does not need the permission.
  if (isUnsupported(refusal)) return [];
  return [unchecked(id, `the bucket responded with ${refusal.code}`)];
}

async function checkList(parts: DoctorParts): Promise<Outcome[]> {
  const { s3, name: Bucket } = parts.bucket;
  const Prefix = parts.newKey();
  const listed = await attempt(s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 })));
  const uploads = await attempt(s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix, MaxUploads: 1 })));
  return [
    ...("refusal" in listed ? judgeRefusal(parts, "permission-list", listed.refusal) : []),
    ...("refusal" in uploads ? judgeRefusal(parts, "permission-list-uploads", uploads.refusal) : []),
  ];
}

async function checkMultipart(parts: DoctorParts): Promise<Outcome[]> {
  const { s3, name: Bucket } = parts.bucket;
  const Key = parts.newKey();
  const begun = await attempt(s3.send(new CreateMultipartUploadCommand({ Bucket, Key })));
  if ("refusal" in begun) return [unchecked("multipart uploads", `the bucket responded with ${begun.refusal.code}`)];
  const place = { Bucket, Key, UploadId: begun.output.UploadId };
  const listed = await attempt(s3.send(new ListPartsCommand(place)));
  const aborted = await attempt(s3.send(new AbortMultipartUploadCommand(place)));
  return [
    ...("refusal" in listed ? judgeRefusal(parts, "permission-list-parts", listed.refusal) : []),
    ...("refusal" in aborted ? judgeRefusal(parts, "permission-abort", aborted.refusal) : []),
  ];
}

const OBJECT_ACTIONS = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];

const BUCKET_ACTIONS = ["s3:ListBucket", "s3:ListBucketMultipartUploads"];

/** Explains how an operator gives the service the needed permissions. */
export function permissionFix(place: BucketPlace): Fix[] {
  const policy = policyFor(place.bucket.name);
  const json: Fix = { label: "IAM policy (JSON)", text: JSON.stringify(policy, null, 2) };
  switch (place.provider) {
    case "aws": {
      const command = `aws iam put-user-policy --user-name valetkey --policy-name valetkey \\\n  --policy-document ${quoted(policy)}`;
      return [{ label: "AWS CLI", text: command }, terraform(place), json];
    }
    case "r2":
      return stepFix("Create an API token with the permission Object Read & Write for this bucket.");
    case "b2":
      return stepFix(
        "Create an application key for this bucket with read and write access, which may list all bucket names.",
      );
    case "google":
      return stepFix(
        "Give the service account the roles Storage Object Admin and Storage Legacy Bucket Reader on the bucket.",
      );
    case "garage": {
      const command = `garage bucket allow --read --write ${place.bucket.name} --key valetkey`;
      return [{ label: "Garage command line", text: command }];
    }
    case "spaces":
    case "hetzner":
      return stepFix("Create an access key that may read, write, list and delete in this bucket.");
    default:
      return [json];
  }
}

function policyFor(bucket: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: OBJECT_ACTIONS, Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: "Allow", Action: BUCKET_ACTIONS, Resource: `arn:aws:s3:::${bucket}` },
    ],
  };
}

function terraform({ bucket }: BucketPlace): Fix {
  const text = `resource "aws_iam_user_policy" "valetkey" {
  user   = "valetkey"
  name   = "valetkey"
  policy = jsonencode(${JSON.stringify(policyFor(bucket.name), null, 2).replaceAll("\n", "\n  ")})
}`;
  return { label: "Terraform", text };
}
