import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Check } from "../check.ts";
import { finding, type Outcome } from "../finding.ts";
import { closeFix, permissionFix } from "../fixes/access.ts";
import { attempt, BODY, createSignedRequests } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { isFailure } from "../requests.ts";

/** Sends requests without a signature. The bucket should refuse all of them. */
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

/** Checks whether the credentials can list all buckets of the account. Runs only on AWS, which has a separate permission for this. */
async function checkAccount(parts: DoctorParts): Promise<Outcome[]> {
  if (parts.provider !== "aws") return [];
  const listed = await attempt(parts.bucket.s3.send(new ListBucketsCommand({ MaxBuckets: 1 })));
  if ("refusal" in listed) return [];
  const detail = "The credentials have s3:ListAllMyBuckets.";
  return [finding("policy-lists-buckets", { detail, fix: permissionFix(parts) })];
}
