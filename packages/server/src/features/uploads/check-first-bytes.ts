import type { Readable } from "node:stream";
import { fileTypeFromBuffer } from "file-type";
import { DomainError } from "../../platform/errors.ts";
import { streamOf } from "../../platform/http/wire.ts";
import { type AcceptedTypes, acceptsType } from "../links/file-request.ts";
import { type Claim, findContradiction, START_BYTES, typeToAccept } from "./content/content-contradictions.ts";

/** The last sentence of each reason why a file was rejected. */
export const NOT_KEPT = "It was not kept.";

/** Returns a sentence for the sender if the first bytes of a file contradict its name or type. Returns undefined if they do not. */
export async function contradictionIn(claim: Claim, start: Uint8Array): Promise<string | undefined> {
  const detected = await fileTypeFromBuffer(start);
  return findContradiction(claim, { start, detectedType: detected?.mime });
}

/** Returns a sentence for the sender if the file request does not accept the content of a file. Returns undefined if it does. */
export async function refusalOf(
  { contentType }: Claim,
  { start, accepted }: { start: Uint8Array; accepted: AcceptedTypes },
): Promise<string | undefined> {
  const detected = await fileTypeFromBuffer(start);
  const type = typeToAccept(contentType, { start, detectedType: detected?.mime });
  return acceptsType(accepted, type) ? undefined : `The request does not accept this kind of file (${type}).`;
}

/**
 * Returns a stream with the same bytes. If the content contradicts the declared name or type, this stream fails with `upload_rejected`
 * before its first byte.
 */
export function sniffStream(claim: Claim, body: Readable): Readable {
  return streamOf(sniff(claim, body));
}

async function* sniff(claim: Claim, body: Readable): AsyncGenerator<Buffer> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let decided = false;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (decided) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < START_BYTES) continue;
    yield await joinAccepted(claim, held.splice(0));
    decided = true;
  }
  if (!decided) yield await joinAccepted(claim, held);
}

async function joinAccepted(claim: Claim, held: readonly Buffer[]): Promise<Buffer> {
  const bytes = Buffer.concat(held);
  const reason = await contradictionIn(claim, bytes.subarray(0, START_BYTES));
  if (reason !== undefined) throw new DomainError("upload_rejected", `${reason} ${NOT_KEPT}`);
  return bytes;
}
