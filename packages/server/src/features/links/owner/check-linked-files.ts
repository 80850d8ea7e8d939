import type { Tx } from "../../../platform/database/queries.ts";
import { DomainError } from "../../../platform/errors.ts";
import { attachmentQueries } from "../../attachments/queries.ts";

/**
 * Checks the files that a link should open. Returns their ids without duplicates. Throws `attachment_not_found` for a file that is not on
 * the note, and `attachment_not_ready`. Call this in a transaction that has locked the note.
 */
export async function checkLinkedFiles(
  tx: Tx,
  { noteId, attachmentIds }: { noteId: string; attachmentIds: readonly string[] },
): Promise<string[]> {
  const ids = [...new Set(attachmentIds)];
  for (const id of ids) {
    const attachment = await attachmentQueries(tx).find(id);
    if (attachment?.noteId !== noteId) throw new DomainError("attachment_not_found", `The note has no file ${id}.`);
    if (attachment.state !== "ready") {
      throw new DomainError(
        "attachment_not_ready",
        `The file ${id} is ${attachment.state}. A link opens ready files only.`,
      );
    }
  }
  return ids;
}
