import { PREVIEW_LIMITS, type PreviewName, SMALL_FILE_BYTES } from "@valetkey/contract";
import { canShowInline } from "../../platform/bucket/download-headers.ts";
import type { SignedRequest } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { permits, roleOf } from "../access/authorise.ts";
import { type Caller, isHiddenFrom } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { type PreviewedFile, previewQueries, type StoredPreview } from "../attachments/preview-queries.ts";
import { type Outcome, orRefusal } from "../uploads/batch.ts";
import { usesCapacity } from "../usage/usage.ts";

/** The time after the completion of a file in which its uploader can send previews, in milliseconds. */
export const LATE_PREVIEW_MS = 3_600_000;

export type PreviewId = { attachmentId: string; name: PreviewName };
export type DeclaredPreview = PreviewId & { sizeBytes: number; sha256: string; contentType: string };

/** Finds the files to which the caller may send previews. Returns a function that throws for any other file. */
export async function findOwnFiles({ db }: Pick<Deps, "db">, caller: Caller, attachmentIds: readonly string[]) {
  const ids = [...new Set(attachmentIds.map((id) => id.toLowerCase()))];
  const access = await accessQueries(db).downloads(caller.userId, ids);
  const files = await previewQueries(db).findFiles(ids);
  return (attachmentId: string): PreviewedFile => {
    const id = attachmentId.toLowerCase();
    const file = files.get(id);
    const found = access.get(id);
    const role = file && roleOf(caller, { noteId: file.noteId, role: found?.role });
    if (file === undefined || found === undefined || isHiddenFrom(role, file)) {
      throw noSuch("attachment");
    }
    if (!permits(role, "attachment.add")) throw new DomainError("access_denied", "Access denied");
    if (file.createdBy !== caller.userId) {
      throw new DomainError("access_denied", "Only the person who uploaded the file can send its previews.");
    }
    if (usesCapacity(file.state)) return file;
    throw new DomainError("preview_too_late", `The upload of the file is ${file.state}, so the file has no previews.`);
  };
}

/**
 * Accepts preview pictures for files that the caller uploads or has just uploaded, and signs a PUT for each picture. Returns one outcome for
 * each picture, in the order of the list. A repeated start with an equal declaration signs the PUT again. A refusal has the code
 * `attachment_not_found`, `access_denied`, `preview_invalid`, `preview_exists`, `preview_too_late` or `rate_limited`.
 */
export function startPreviews(deps: Deps, { allowance }: { allowance: Allowance }) {
  const { db, clock, limits } = deps;
  return async (caller: Caller, declared: readonly DeclaredPreview[]): Promise<Outcome<SignedRequest>[]> => {
    allowance.take(caller.userId, declared.length);
    const findFile = await findOwnFiles(
      deps,
      caller,
      declared.map(({ attachmentId }) => attachmentId),
    );
    const now = clock();
    const checked: Outcome<StoredPreview>[] = [];
    for (const each of declared) {
      checked.push(
        await orRefusal(() => {
          const file = findFile(each.attachmentId);
          requireFit(each, { file, now });
          return toStored(deps, { declared: { ...each, attachmentId: file.id }, file, now });
        }),
      );
    }
    const wanted = new Map<string, StoredPreview>();
    for (const each of checked)
      if (!(each instanceof DomainError) && !wanted.has(keyOf(each))) wanted.set(keyOf(each), each);
    const recorded = new Map((await record([...wanted.values()])).map((each) => [keyOf(each), each]));
    return Promise.all(
      checked.map((each) =>
        each instanceof DomainError ? each : orRefusal(() => sign(deps, { declared: each, recorded, now })),
      ),
    );
  };

  /** Inserts the previews of the files that still exist. Returns all previews of these files. */
  async function record(previews: readonly StoredPreview[]): Promise<StoredPreview[]> {
    if (previews.length === 0) return [];
    const ids = [...new Set(previews.map(({ attachmentId }) => attachmentId))];
    return db.transaction(async (tx) => {
      const queries = previewQueries(tx);
      const held = await queries.holdFiles(ids);
      await queries.dropReplaced(previews, clock() - limits.uploadTtlSeconds * 1000);
      await queries.insert(previews.filter(({ attachmentId }) => held.has(attachmentId)));
      return queries.list([...held]);
    });
  }
}

function toStored(
  deps: Deps,
  { declared, file, now: createdAt }: { declared: DeclaredPreview; file: PreviewedFile; now: number },
): StoredPreview {
  const objectKey = newPreviewKey(deps, file.objectKey);
  const staged = !deps.capabilities(objectKey).conditionalPut;
  return { ...declared, objectKey, staged, pixels: undefined, createdAt };
}

/**
 * Returns the object key for a preview, in the bucket and folder of its file. An adopted object may be outside of the service's folders.
 */
export function newPreviewKey({ bucket }: Pick<Deps, "bucket">, fileKey: string): string {
  return bucket.isOwnKey(fileKey) ? bucket.newObjectKey(fileKey) : bucket.newObjectKey();
}

export function keyOf({ attachmentId, name }: PreviewId): string {
  return `${attachmentId.toLowerCase()}/${name}`;
}

/** Throws unless the declaration of a picture fits the file and the current time. */
function requireFit({ name, sizeBytes }: DeclaredPreview, { file, now }: { file: PreviewedFile; now: number }): void {
  const { completedAt } = file;
  if (completedAt !== undefined && now > completedAt + LATE_PREVIEW_MS) {
    throw new DomainError("preview_too_late", "Previews can be sent until one hour after the upload of the file.");
  }
  const { maxBytes } = PREVIEW_LIMITS[name];
  if (sizeBytes > maxBytes) {
    throw invalid(`has ${sizeBytes} bytes, and a ${name} preview has at most ${maxBytes}. Lower its quality.`);
  }
  if (file.sizeBytes < SMALL_FILE_BYTES && canShowInline(file.contentType)) {
    throw invalid(`is not needed, because the file itself is small enough. Show the file.`);
  }
  if (sizeBytes * 2 > file.sizeBytes) {
    throw invalid("is larger than half of its file. Show the file, or lower the quality of the preview.");
  }
}

/** Makes the error for a refused picture. `what`: the end of the sentence that starts with "The preview", and what to do. */
export function invalid(what: string): DomainError {
  return new DomainError("preview_invalid", `The preview ${what}`);
}

function sign(
  { bucket, capabilities, limits }: Deps,
  { declared, recorded, now }: { declared: StoredPreview; recorded: Map<string, StoredPreview>; now: number },
): Promise<SignedRequest> {
  const stored = recorded.get(keyOf(declared));
  if (stored === undefined) throw noSuch("attachment");
  const { objectKey, contentType, sizeBytes, sha256 } = stored;
  const isEqual =
    contentType === declared.contentType && sizeBytes === declared.sizeBytes && sha256 === declared.sha256;
  if (stored.pixels !== undefined) {
    throw new DomainError("preview_exists", `The file already has a ${declared.name} preview.`);
  }
  const leftSeconds = limits.uploadTtlSeconds - Math.floor((now - stored.createdAt) / 1000);
  if (!isEqual) {
    const what = `Another ${declared.name} preview of the file was started.`;
    throw new DomainError("preview_exists", `${what} Send that picture, or start again in ${leftSeconds} seconds.`);
  }
  return bucket.presignPut({
    objectKey,
    contentType,
    sizeBytes,
    checksum: capabilities(objectKey).signedSha256 ? { algorithm: "SHA256", value: sha256 } : undefined,
    onlyOnce: !stored.staged,
    // All URLs of one preview expire together, so that another start can then replace the preview.
    expiresInSeconds: leftSeconds,
    now,
  });
}
