import type { Kysely } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import type { EndingShare } from "./share.ts";

export async function markReminded(
  db: Kysely<Tables>,
  { share, now }: { share: EndingShare; now: number },
): Promise<boolean> {
  const { noteId, attachmentId, userId, expiresAt } = share;
  const isUnchanged = { user_id: userId, expires_at: expiresAt };
  const marked =
    attachmentId === undefined
      ? db
          .updateTable("note_shares")
          .set({ reminded_at: now })
          .where((eb) => eb.and({ note_id: noteId, ...isUnchanged }))
          .where("reminded_at", "is", null)
      : db
          .updateTable("attachment_shares")
          .set({ reminded_at: now })
          .where((eb) => eb.and({ attachment_id: attachmentId, ...isUnchanged }))
          .where("reminded_at", "is", null);
  return (await marked.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
}

export async function listEnding(
  db: Kysely<Tables>,
  { from, until, limit }: { from: number; until: number; limit: number },
): Promise<EndingShare[]> {
  const ofNotes = db
    .selectFrom("note_shares")
    .select((eb) => ["note_id", eb.val<string | null>(null).as("attachment_id"), "user_id"])
    .select((eb) => eb.ref("expires_at").$notNull().as("expires_at"))
    .where("reminded_at", "is", null)
    .where("expires_at", ">", from)
    .where("expires_at", "<=", until)
    .where((eb) => eb(eb("expires_at", "-", eb.ref("created_at")), ">", until - from))
    .orderBy("expires_at")
    .limit(limit)
    .execute();
  const ofFiles = db
    .selectFrom("attachment_shares")
    .innerJoin("attachments", "attachments.id", "attachment_shares.attachment_id")
    .select(["attachments.note_id", "attachment_id", "user_id"])
    .select((eb) => eb.ref("expires_at").$notNull().as("expires_at"))
    .where("reminded_at", "is", null)
    .where("expires_at", ">", from)
    .where("expires_at", "<=", until)
    .where((eb) => eb(eb("expires_at", "-", eb.ref("attachment_shares.created_at")), ">", until - from))
    .orderBy("expires_at")
    .limit(limit)
    .execute();
  return [...(await ofNotes), ...(await ofFiles)].map((row) => ({
    noteId: row.note_id,
    attachmentId: row.attachment_id ?? undefined,
    userId: row.user_id,
    expiresAt: row.expires_at,
  }));
}
