import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { PREVIEW_LIMITS, type Preview } from "@valetkey/contract";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Caller } from "../access/caller.ts";
import { previewQueries, type StoredPreview, shown } from "../attachments/preview-queries.ts";
import { copyAside, deleteAbandoned } from "../storage/object-deletions.ts";
import { objectDeletionQueries } from "../storage/queries.ts";
import { completeTogether, type Outcome } from "../uploads/batch.ts";
import type { Finish } from "../uploads/complete.ts";
import { readPicture } from "./picture.ts";
import { findOwnFiles, invalid, keyOf, type PreviewId } from "./start.ts";

/**
 * Verifies stored preview pictures, and makes the valid pictures visible. Returns one outcome for each picture, in the order of the list. A
 * repeated completion has no further effect. After the outcome `preview_invalid`, the client can send another picture when the signed URL
 * has expired. The codes of other refusals are `attachment_not_found`, `access_denied`, `preview_too_late`, `preview_not_found`,
 * `upload_incomplete`, `scanner_unavailable`, `service_busy` and `rate_limited`.
 */
export function completePreviews(deps: Deps, { allowance }: { allowance: Allowance }) {
  return async (caller: Caller, asked: readonly PreviewId[]): Promise<Outcome<Preview>[]> => {
    allowance.take(caller.userId, asked.length);
    const ids = asked.map(({ attachmentId }) => attachmentId.toLowerCase());
    const findFile = await findOwnFiles(deps, caller, ids);
    const previews = new Map(
      (await previewQueries(deps.db).list([...new Set(ids)])).map((each) => [keyOf(each), each]),
    );
    const byKey = new Map(asked.map((each) => [keyOf(each), each]));
    const keys = asked.map(keyOf);
    const outcomes = await completeTogether(keys, async (key) => {
      findFile((byKey.get(key) as PreviewId).attachmentId);
      const preview = previews.get(key);
      if (preview === undefined)
        throw new DomainError("preview_not_found", "The upload of this preview was not started.");
      return prepare(deps, preview);
    });
    const unfinished = new DomainError("service_busy", "The preview is not verified yet. Complete it again.");
    return outcomes.map((outcome): Outcome<Preview> => outcome ?? unfinished);
  };
}

/** Verifies the stored picture. Returns the function that records the result. */
export async function prepare(deps: Deps, preview: StoredPreview): Promise<Finish<Preview>> {
  if (preview.pixels !== undefined) return async () => shown(preview);
  const objectKey = await stage(deps, preview);
  try {
    const verdict = await verify(deps, { ...preview, objectKey });
    // The object stays until its signed URL has expired. Otherwise, a client could store the object again with this URL.
    if (verdict instanceof DomainError) throw verdict;
    return () => confirm(deps, { preview, objectKey, pixels: verdict });
  } catch (error) {
    if (preview.staged) await deleteAbandoned(deps, objectKey);
    throw error;
  }
}

/** Returns the key of an object that no signed URL can change: the object, or a copy if a signed URL can still overwrite it. */
async function stage(deps: Deps, preview: StoredPreview): Promise<string> {
  if (!preview.staged) return preview.objectKey;
  if ((await deps.bucket.head(preview.objectKey)) === undefined) throw notStored();
  return copyAside(deps, preview);
}

function notStored(): DomainError {
  return new DomainError("upload_incomplete", "The preview is not in the bucket yet. PUT it to the signed URL first.");
}

type Pixels = { width: number; height: number };

/** Reads the whole object, and compares it with the declaration. Returns the size of the picture, or the reason for its refusal. */
async function verify({ bucket, scanning }: Deps, preview: StoredPreview): Promise<Pixels | DomainError> {
  const { objectKey, sizeBytes, contentType, sha256, name } = preview;
  const { maxBytes, maxSidePixels } = PREVIEW_LIMITS[name];
  const stored = await bucket.readSmall(objectKey, { maxBytes });
  if (stored === undefined) throw notStored();
  const { bytes } = stored;
  if (bytes.length !== sizeBytes || stored.sizeBytes !== sizeBytes) {
    return invalid(`has ${stored.sizeBytes} bytes where ${sizeBytes} were declared. Send it again.`);
  }
  if (createHash("sha256").update(bytes).digest("base64") !== sha256) {
    return invalid("has another SHA-256 than declared. Send it again.");
  }
  const picture = readPicture(bytes);
  if (picture.problem !== undefined) return invalid(picture.problem);
  if (
    picture.contentType !== contentType ||
    stored.contentType !== contentType ||
    stored.undeclaredHeaders.length > 0
  ) {
    return invalid(`is not the ${contentType} that was declared. Declare the type of the picture.`);
  }
  const { width, height } = picture;
  if (Math.max(width, height) > maxSidePixels) {
    return invalid(
      `has ${width} x ${height} pixels, and a ${name} preview has at most ${maxSidePixels}. Make it smaller.`,
    );
  }
  const scan = await scanning?.scanner.scan(Readable.from([bytes]), {});
  if (scan?.kind === "infected") return invalid(`is infected: the virus scanner found ${scan.signature}`);
  return { width, height };
}

async function confirm(
  { db, clock, onDeletionsQueued }: Deps,
  { preview, objectKey, pixels }: { preview: StoredPreview; objectKey: string; pixels: Pixels },
): Promise<Preview> {
  const { attachmentId, name, objectKey: uploaded, staged } = preview;
  const current = await db.transaction(async (tx) => {
    const queries = previewQueries(tx);
    const isHeld = (await queries.holdFiles([attachmentId])).has(attachmentId);
    const isConfirmed = isHeld && (await queries.confirm(preview, { ...pixels, objectKey }));
    const deletions = objectDeletionQueries(tx);
    if (isConfirmed && staged) {
      await deletions.cancel(objectKey);
      await deletions.put({ objectKey: uploaded, notBefore: clock() });
    } else if (staged) {
      await deletions.put({ objectKey, notBefore: clock() });
    }
    return (await queries.list([attachmentId])).find((each) => each.name === name);
  });
  if (staged) onDeletionsQueued();
  // Another request may have confirmed the preview in the meantime.
  if (current?.pixels !== undefined) return shown(current);
  throw new DomainError("attachment_not_found", "The file was deleted, or its upload has ended.");
}
