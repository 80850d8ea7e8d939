import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { LinkPolicy } from "../../platform/config/limits.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { isLive } from "../access/sql.ts";
import { boundsOf, isEnabled, openLinks } from "../notes/access-summary-queries.ts";
import { isVisible } from "../sharing/queries/invitations.ts";

/**
 * The queries for moving files between notes. A holder is a user with a valid and visible share, or the email address of an open
 * invitation. If an open invitation hides a share from the owner, only the invitation counts (ADR 8).
 */
export const movingQueries = defineQueries("database.moving", ({ kysely: db, engine, clock }) => ({
  /** Returns the holders of a note. The owner of the note is not a holder. */
  async holdersOfNote(noteId: string): Promise<string[]> {
    const shares = db.selectFrom("note_shares as share").where("share.note_id", "=", noteId);
    const users = shares
      .select("share.user_id as holder")
      .where((eb) => counts(db, { expiresAt: eb.ref("share.expires_at"), now: clock(), ...share(eb, "note_id") }));
    const rows = await users.unionAll(invited(db, clock()).where("subject_id", "=", noteId)).execute();
    return rows.map(({ holder }) => holder);
  },

  /**
   * Returns the holders of shares of single files. The value for each holder is the number of these files that are shared with the holder.
   */
  async holdersOfFiles(attachmentIds: readonly string[]): Promise<Map<string, number>> {
    const ids = engine.list(attachmentIds);
    const users = db
      .selectFrom("attachment_shares as share")
      .select("share.user_id as holder")
      .where((eb) => engine.isIn(eb.ref("share.attachment_id"), ids))
      .where((eb) =>
        counts(db, { expiresAt: eb.ref("share.expires_at"), now: clock(), ...share(eb, "attachment_id") }),
      );
    const holders = users.unionAll(
      invited(db, clock()).where((eb) => engine.isIn(eb.ref("invitations.subject_id"), ids)),
    );
    const rows = await db
      .selectFrom(holders.as("holders"))
      .select(["holder", sql<number>`count(*)`.as("files")])
      .groupBy("holder")
      .execute();
    return new Map(rows.map(({ holder, files }) => [holder, files]));
  },

  /** Counts the links of a note that visitors can open, and that open at least one of these files. */
  async countLinks(noteId: string, attachmentIds: readonly string[], policy: LinkPolicy): Promise<number> {
    const { lifeMs, needsPassword } = boundsOf(policy);
    const scope = { db, engine, now: sql`${clock()}`, lifeMs: sql`${lifeMs}`, needsPassword: sql`${needsPassword}` };
    const naming = db
      .selectFrom("link_files")
      .select("link_files.link_id")
      .where((eb) => engine.isIn(eb.ref("link_files.attachment_id"), engine.list(attachmentIds)));
    const { count } = await openLinks(scope)
      .select(sql<number>`count(*)`.as("count"))
      .where("links.note_id", "=", noteId)
      .where("links.kind", "=", "download")
      .where((eb) => eb.or([eb("links.whole_note", "=", 1), eb("links.id", "in", naming)]))
      .executeTakeFirstOrThrow();
    return count;
  },

  /** Moves the shares of a file to another note, together with the file. The people with these shares and invitations keep their access. */
  async relocateShares(attachmentId: string, { from, to }: { from: string; to: string }): Promise<void> {
    if (!engine.hasServiceTables) return;
    const invitations = db.updateTable("invitations").set({ note_id: to });
    await invitations.where("attachment_id", "=", attachmentId).execute();
    await db
      .insertInto("shared_subjects")
      .columns(["note_id", "subject_id"])
      .expression(
        db
          .selectFrom("shared_subjects")
          .select([sql<string>`${to}`.as("note_id"), "subject_id"])
          .where("note_id", "=", from)
          .where("subject_id", "=", attachmentId),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
}));

type Share = { subjectId: Expression<string>; userId: Expression<string> };

// biome-ignore lint/suspicious/noExplicitAny: both tables of shares have these columns
const share = (eb: any, column: "note_id" | "attachment_id"): Share => ({
  subjectId: eb.ref(`share.${column}`),
  userId: eb.ref("share.user_id"),
});

function counts(
  db: Kysely<Tables>,
  { expiresAt, now, ...share }: Share & { expiresAt: Expression<number | null>; now: number },
) {
  return sql<SqlBool>`(${isLive(expiresAt, now)} and ${isVisible(share)} and ${isEnabled(db, share.userId)})`;
}

function invited(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("invitations")
    .select("invitations.email as holder")
    .where("invitations.redeemed_at", "is", null)
    .where((eb) => isLive(eb.ref("invitations.expires_at"), now));
}
