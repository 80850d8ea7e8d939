import { ValetKeyError } from "../errors.ts";
import type { FileSource } from "../send-bytes.ts";
import type { SignedParts } from "../wire.ts";
import { findUpload, uploadPath } from "./calls.ts";
import { createPartSigner, type PartSigner } from "./part-signer.ts";
import { refused, sendPiece } from "./send-piece.ts";
import type { OpenUpload, UploadContext } from "./upload-context.ts";

type MultipartUpload = OpenUpload & { kind: "multipart" };

/** An upload fails after the bucket has refused this number of signatures for one part. */
const MAX_SIGNATURES = 3;

/** Sends the missing parts, several in parallel, until the bucket has every part. */
export async function sendParts(context: UploadContext, upload: MultipartUpload): Promise<void> {
  const missing = await findMissing(context, upload);
  const failed = new AbortController();
  const { call, platform, parallel } = context;
  const signer = createPartSigner({
    partNumbers: missing,
    parallel,
    now: platform.now,
    sign: async (partNumbers) => {
      const path = `${uploadPath(context, upload.uploadId)}/parts`;
      const signal = AbortSignal.any([context.signal, failed.signal, AbortSignal.timeout(60_000)]);
      return (await call<SignedParts>("POST", path, { body: { partNumbers }, signal })).parts;
    },
  });
  const queue = missing.values();
  const work = async () => {
    // All workers share one iterator, so that each part is sent only once.
    for (const partNumber of queue) await sendPart(context, { upload, partNumber, signer, failed: failed.signal });
  };
  const workers = Array.from({ length: Math.min(parallel, missing.length) }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(workers);
    throw error;
  }
}

/** Returns the parts that the bucket does not have yet. Another tab or an earlier process may have sent some parts. */
async function findMissing(context: UploadContext, upload: MultipartUpload): Promise<number[]> {
  const { progress, file } = context;
  const found = await findUpload(context, upload.uploadId);
  const stored = new Map(found?.parts.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]));
  const missing: number[] = [];
  progress.reset();
  for (let partNumber = 1; partNumber <= upload.partCount; partNumber += 1) {
    const { size } = partOf(file, { partSize: upload.partSize, partNumber });
    if (stored.get(partNumber) === size) progress.keep(size);
    else missing.push(partNumber);
  }
  return missing;
}

function partOf(file: FileSource, { partSize, partNumber }: { partSize: number; partNumber: number }): FileSource {
  return file.slice((partNumber - 1) * partSize, partNumber * partSize);
}

type Part = { upload: MultipartUpload; partNumber: number; signer: PartSigner; failed: AbortSignal };

async function sendPart(context: UploadContext, { upload, partNumber, signer, failed }: Part): Promise<void> {
  const { retry, platform, progress, file } = context;
  const bytes = partOf(file, { partSize: upload.partSize, partNumber });
  const piece = progress.piece();
  for (let signatures = 1; ; signatures += 1) {
    const send = async (signal: AbortSignal) => {
      const request = await signer.get(partNumber);
      progress.enter("sending");
      let kept = 0;
      try {
        const outcome = await sendPiece({ platform }, { request, bytes, signal, onSent: piece.sent });
        if (outcome === "stored") kept = bytes.size;
        return outcome;
      } finally {
        piece.end({ kept });
      }
    };
    // `failed` aborts when another part fails permanently.
    const outcome = await retry(send, { stop: failed });
    if (outcome === "stored") return;
    if (outcome === "occupied" || signatures === MAX_SIGNATURES) throw refused(outcome === "expired" ? 403 : 412, "");
    signer.drop(partNumber);
  }
}

export function isLost(error: unknown): boolean {
  return error instanceof ValetKeyError && error.code === "bucket_refused" && error.status === 404;
}
