import { sendCall } from "./call.ts";
import type { Candidate } from "./candidate.ts";
import type { Dataset } from "./dataset.ts";
import type { Turn } from "./measure-rounds.ts";
import { createRandom } from "./random.ts";
import { BATCH_SIZE, batchCall, chooseBatches, startCall } from "./service-calls.ts";
import { createToken } from "./token.ts";
import { checkFileUrl, verifyCandidate } from "./verify-candidate.ts";

type To = { candidate: Candidate; dataset: Dataset };

/**
 * Checks the responses of the service before the measurement, for three workloads. For other workloads, only the load checks the statuses.
 * Returns the number of responses with 200 or 201.
 */
export async function verifyService({ workload }: Turn, { candidate, dataset }: To): Promise<number> {
  if (workload === "url") return verifyCandidate(candidate, dataset);
  if (workload === "batch") return verifyBatch(candidate, dataset);
  if (workload === "start") return verifyStart(candidate, dataset);
  return 0;
}

/** Checks that the URLs of one batch are for the requested files, in the same order. */
async function verifyBatch({ name, port }: Candidate, dataset: Dataset): Promise<number> {
  const [batch] = chooseBatches(dataset, createRandom(1));
  if (batch === undefined) throw new Error("The data set has no user with enough files");
  const response = await sendCall(port, batchCall(batch.attachmentIds, await createToken(batch.userId)));
  const { urls } = (await response.json()) as { urls?: { attachmentId: string; fileUrl?: string }[] };
  if (urls?.length !== BATCH_SIZE) throw new Error(`${name} returned ${response.status} without ${BATCH_SIZE} URLs`);
  const keys = new Map(dataset.attachments.map(({ id, objectKey }) => [id, objectKey]));
  for (const [index, { attachmentId, fileUrl }] of urls.entries()) {
    if (attachmentId !== batch.attachmentIds[index]) throw new Error(`${name} returned URL ${index} out of order`);
    checkFileUrl(name, { fileUrl: fileUrl ?? "", objectKey: keys.get(attachmentId) ?? "" });
  }
  return 1;
}

/** Checks that the request that starts an upload returns a signed PUT. */
async function verifyStart({ name, port }: Candidate, { notes }: Dataset): Promise<number> {
  const [note] = notes;
  if (note === undefined) throw new Error("The data set has no notes");
  const response = await sendCall(port, startCall(note, await createToken(note.ownerId)));
  const { upload } = (await response.json()) as { upload?: { url?: string } };
  if (response.status !== 201 || !upload?.url?.includes("X-Amz-Signature=")) {
    throw new Error(`${name} returned ${response.status} without a signed URL`);
  }
  return 1;
}
