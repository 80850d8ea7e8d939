import { Readable } from "node:stream";
import { fileTypeFromBuffer } from "file-type";
import { type Claim, findContradiction, START_BYTES } from "../../domain/content.ts";
import { DomainError } from "../../domain/errors.ts";

/** What becomes of a file that is rejected. */
export const NOT_KEPT = "It was not kept.";

/** How the first bytes of a file contradict its name or type, in words for the sender; undefined when they don't. */
export async function contradictionIn(claim: Claim, start: Uint8Array): Promise<string | undefined> {
  const detected = await fileTypeFromBuffer(start);
  return findContradiction(claim, { start, detectedType: detected?.mime });
}

/** The same stream, which fails with `upload_rejected` before its first byte when its content contradicts the claim. */
export function checkedStream(claim: Claim, body: Readable): Readable {
  return Readable.from(checked(claim, body), { objectMode: false });
}

async function* checked(claim: Claim, body: Readable): AsyncGenerator<Buffer> {
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
    yield await decide(claim, held.splice(0));
    decided = true;
  }
  if (!decided) yield await decide(claim, held);
}

async function decide(claim: Claim, held: readonly Buffer[]): Promise<Buffer> {
  const bytes = Buffer.concat(held);
  const reason = await contradictionIn(claim, bytes.subarray(0, START_BYTES));
  if (reason !== undefined) throw new DomainError("upload_rejected", `${reason} ${NOT_KEPT}`);
  return bytes;
}
