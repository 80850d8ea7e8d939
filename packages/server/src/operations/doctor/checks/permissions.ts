import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
} from "@aws-sdk/client-s3";
import type { Check } from "../check.ts";
import { type FindingId, finding, type Outcome, unchecked } from "../finding.ts";
import { permissionFix } from "../fixes/access.ts";
import { attempt, createSignedRequests, isForbidden, isUnsupported, type Refusal } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { type Answer, isFailure } from "../requests.ts";

/** Tries each permission that the service needs once, with objects of the doctor. */
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
  // The check of the connection (reach.ts) reports this fault.
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
  // If the S3 server does not support the call, the service does not need the permission for it.
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
