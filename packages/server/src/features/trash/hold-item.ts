import type { Tx } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Action } from "../access/authorise.ts";
import { requirePermission } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { trashQueries } from "./queries.ts";
import type { TrashItem, TrashSubject } from "./trash-port.ts";

/** Locks and returns an item of the trash that the caller may restore or purge. Throws the same errors as `restoreFromTrash`. */
export async function holdItem(
  tx: Tx,
  { caller, subject }: { caller: Caller; subject: TrashSubject },
): Promise<TrashItem> {
  const held = await trashQueries(tx).hold(subject, caller.userId);
  const [action, missing]: [Action, DomainError] =
    "noteId" in subject
      ? ["note.delete", new DomainError("note_not_found", "The trash has no such note.")]
      : ["attachment.delete", new DomainError("attachment_not_found", "The trash has no such file.")];
  if (held === undefined) throw missing;
  requirePermission(held.role, action);
  return held.item;
}
