import type { ExpressionBuilder, Kysely } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { orMissing } from "../../platform/database/writes.ts";
import type { Share, ShareSubject } from "./share.ts";

function detailsOf(share: Share) {
  return { expires_at: share.expiresAt ?? null, created_at: share.createdAt, created_by: share.createdBy };
}

type SharesTable = "note_shares" | "attachment_shares";

/** The columns that a new share for the same person replaces. The person gets a new reminder about the new expiry. */
function newDetails(eb: ExpressionBuilder<Record<"excluded", Tables[SharesTable]>, "excluded">) {
  return {
    expires_at: eb.ref("excluded.expires_at"),
    created_at: eb.ref("excluded.created_at"),
    created_by: eb.ref("excluded.created_by"),
    reminded_at: null,
  };
}

export async function putOfNote(db: Kysely<Tables>, noteId: string, shares: readonly Share[]): Promise<void> {
  const rows = shares.map((share) => {
    return { note_id: noteId, user_id: share.userId, role: share.role, ...detailsOf(share) };
  });
  const put = db
    .insertInto("note_shares")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["note_id", "user_id"]).doUpdateSet((eb) => ({
        role: eb.ref("excluded.role"),
        ...newDetails(eb),
      })),
    )
    .execute();
  await orMissing(put, { code: "note_not_found", message: "Note not found" });
}

// Does not store the role, because the role of a share of an attachment is always viewer.
export async function putOfAttachment(
  db: Kysely<Tables>,
  attachmentId: string,
  shares: readonly Share[],
): Promise<void> {
  const rows = shares.map((share) => {
    return { attachment_id: attachmentId, user_id: share.userId, ...detailsOf(share) };
  });
  const put = db
    .insertInto("attachment_shares")
    .values(rows)
    .onConflict((conflict) => conflict.columns(["attachment_id", "user_id"]).doUpdateSet(newDetails))
    .execute();
  await orMissing(put, { code: "attachment_not_found", message: "Attachment not found" });
}

export async function putInvited(
  db: Kysely<Tables>,
  engine: Engine,
  { subject, emails }: { subject: ShareSubject; emails: readonly string[] },
): Promise<void> {
  const subjectId = "noteId" in subject ? subject.noteId : subject.attachmentId;
  const invited = db
    .selectFrom("invitations")
    .select((eb) => [
      "subject_id",
      eb.ref("user_id").$notNull().as("user_id"),
      "expires_at",
      "invited_at",
      "invited_by",
    ])
    .where("subject_id", "=", subjectId)
    .where("user_id", "is not", null)
    .where((eb) => engine.isIn(eb.ref("email"), engine.list(emails)))
    .orderBy("user_id");
  const common = ["user_id", "expires_at", "created_at", "created_by"] as const;
  if ("noteId" in subject) {
    await db
      .insertInto("note_shares")
      .columns(["note_id", ...common, "role"])
      .expression(invited.select("role"))
      .onConflict((conflict) =>
        conflict.columns(["note_id", "user_id"]).doUpdateSet((eb) => ({
          role: eb.ref("excluded.role"),
          ...newDetails(eb),
        })),
      )
      .execute();
    return;
  }
  await db
    .insertInto("attachment_shares")
    .columns(["attachment_id", ...common])
    .expression(invited)
    .onConflict((conflict) => conflict.columns(["attachment_id", "user_id"]).doUpdateSet(newDetails))
    .execute();
}
