import { normaliseContentType } from "../../platform/bucket/download-headers.ts";
import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { checkFilename, checkPath } from "../../platform/text/readable-text.ts";
import type { Annotations } from "../access/attachment.ts";
import { type AnnotationsInput, checkAnnotations, joinAnnotations } from "../attachments/annotations.ts";
import type { ItemName } from "../outbox/file-event-queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { type Outcome, orRefusal } from "../uploads/batch.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { usesCapacity } from "../usage/usage.ts";
import { type Actor, APPLICATION, callerOf, checkFile, rulesOf } from "./items.ts";
import { itemQueries } from "./queries.ts";
import type { ItemCounts, OfferedFile, Resources, User } from "./types.ts";

/** The maximum time of one call of `validate`, in milliseconds. */
const WITHIN_MS = 5_000;
/** The service cuts a longer text that `validate` returns. In characters. */
const MAX_REASON = 500;

const WRONG_RESULT =
  "validate() must return nothing to accept a file, a text with the reason of a refusal, or { tags, metadata }.";

type NewFile = Pick<OfferedFile, "filename" | "contentType" | "sizeBytes"> & {
  path?: string | undefined;
  sha256?: string | undefined;
  idempotencyKey?: string | undefined;
};

/** Reports a call of `validate` without a valid result. The service then refuses the file. */
export type ValidateFault = { resource: string; error: unknown };

type Check = ItemName & { files: readonly NewFile[]; senderId?: string; countStart?: () => Promise<void> };

export type Admit = ReturnType<typeof createAdmit>;

type Options = { resources: Resources; onFault: (fault: ValidateFault) => void; withinMs?: number };

/**
 * Creates the check of new files against the rules of their resource: the accepted types, the maximum size, and `validate`. The check runs
 * before an upload starts. Returns one outcome for each file, in the order of the list: the tags and the metadata that `validate` returned,
 * or the refusal of the file. A refusal has the code `kind_not_accepted`, `file_too_large`, `invalid_filename`, `invalid_path` or
 * `file_refused`. The check does not call `validate` for a file that the application itself adds. For a file of a visitor, the actor is the
 * creator of the file request, and `senderId` is the id of the visitor. `countStart` runs before the check of each file. If `countStart`
 * throws, the file is refused. Throws `not_found` for an unknown resource.
 */
export function createAdmit(deps: Pick<Deps, "db">, { resources, onFault, withinMs = WITHIN_MS }: Options) {
  return async (
    actor: Actor,
    { files, senderId = callerOf(actor).userId, countStart, ...name }: Check,
  ): Promise<Outcome<Annotations | undefined>[]> => {
    const rules = rulesOf(resources, name.resource);
    const stored = countOnce(() => countsOf(deps, name));
    const accepted = { files: 0, bytes: 0 };
    let hasHung = false;
    const outcomes: Outcome<Annotations | undefined>[] = [];
    for (const file of files) {
      const outcome = await orRefusal(async () => {
        await countStart?.();
        checkFile(rules, file);
        return rules.validate === undefined || actor === APPLICATION ? undefined : validate(actor, file);
      });
      outcomes.push(outcome);
      if (outcome instanceof DomainError) continue;
      accepted.files += 1;
      accepted.bytes += file.sizeBytes;
    }
    return outcomes;

    async function validate(user: User, file: NewFile): Promise<Annotations | undefined> {
      const { sizeBytes, sha256 } = file;
      const contentType = normaliseContentType(file.contentType);
      const offered = {
        filename: checkFilename(file.filename),
        path: checkPath(file.path),
        contentType,
        sizeBytes,
        sha256,
      };
      const item = { ...name, counts: () => countsBefore(file) };
      const late = () => new Error(`validate() returned nothing within ${withinMs / 1000} seconds.`);
      let result: unknown;
      try {
        // After one call of `validate` that takes too long, the check refuses the remaining files of the batch without a call.
        if (hasHung) throw late();
        result = await within(
          {
            milliseconds: withinMs,
            late: () => {
              hasHung = true;
              return late();
            },
          },
          async () => rules.validate?.(offered, user, item),
        );
      } catch (error) {
        onFault({ resource: name.resource, error });
        throw new DomainError("file_refused", "The application could not check the file.");
      }
      if (result === undefined || result === true) return undefined;
      if (typeof result === "string" && result !== "") {
        throw new DomainError("file_refused", result.slice(0, MAX_REASON));
      }
      try {
        return joinAnnotations(checkAnnotations(result as AnnotationsInput));
      } catch (cause) {
        const error = new TypeError(WRONG_RESULT, { cause });
        onFault({ resource: name.resource, error });
        throw new DomainError("file_refused", "The application refused the file.");
      }
    }

    /**
     * Counts the files of the item that `validate` sees for a file. If a client repeats the start of an upload, this upload does not count.
     */
    async function countsBefore({ idempotencyKey }: NewFile): Promise<ItemCounts> {
      const { noteId, files: count, bytes } = await stored();
      const key = idempotencyKey === undefined ? undefined : { userId: senderId, idempotencyKey };
      const earlier = key && (await uploadQueries(deps.db).findByKey(key));
      const isCounted = earlier !== undefined && earlier.noteId === noteId && usesCapacity(earlier.state);
      const own = isCounted ? { files: 1, bytes: earlier.sizeBytes } : { files: 0, bytes: 0 };
      return { files: count + accepted.files - own.files, bytes: bytes + accepted.bytes - own.bytes };
    }
  };
}

async function countsOf({ db }: Pick<Deps, "db">, name: ItemName) {
  const item = await lookupQueries(db).item(name);
  const counts = item && (await itemQueries(db).counts([item.noteId])).get(item.noteId);
  return { noteId: item?.noteId, ...(counts ?? { files: 0, bytes: 0 }) };
}

function countOnce<T>(count: () => Promise<T>): () => Promise<T> {
  let counted: Promise<T> | undefined;
  return () => {
    counted ??= count();
    return counted;
  };
}
