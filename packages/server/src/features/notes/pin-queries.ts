import { type SqlBool, sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { isLive, notInTrash } from "../access/sql.ts";

/** The maximum number of pinned notes of one user, because a list reads all of them. */
export const MAX_PINS = 100;

/** The pins of users. A pin stays while its note is in the trash. Lists ignore the pin of a note to which the user has no access. */
export const pinQueries = defineQueries("database.pins", ({ kysely: db }) => ({
  /** Pins a note. Returns false if the user already has `MAX_PINS` other pinned notes. */
  async add({ userId, noteId, now }: { userId: string; noteId: string; now: number }): Promise<boolean> {
    const pinned = db.selectFrom("note_pins").where("user_id", "=", userId);
    const { pins, isPinned } = await pinned
      .select([
        sql<number>`count(*)`.as("pins"),
        sql<number>`coalesce(max(case when note_id = ${noteId} then 1 else 0 end), 0)`.as("isPinned"),
      ])
      .executeTakeFirstOrThrow();
    if (Number(isPinned) === 1) return true;
    if (Number(pins) >= MAX_PINS) return false;
    await db
      .insertInto("note_pins")
      .values({ user_id: userId, note_id: noteId, pinned_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return true;
  },

  async remove({ userId, noteId }: { userId: string; noteId: string }): Promise<void> {
    await db.deleteFrom("note_pins").where("user_id", "=", userId).where("note_id", "=", noteId).execute();
  },

  /** Removes the pins of notes that the user no longer sees, for example notes in the trash. */
  async removeUnseen({ userId, now }: { userId: string; now: number }): Promise<void> {
    const owned = db
      .selectFrom("notes")
      .select("notes.id")
      .whereRef("notes.id", "=", sql.ref("note_pins.note_id"))
      .where("notes.owner_id", "=", userId)
      .where(notInTrash.notes);
    const shared = db
      .selectFrom("note_shares")
      .select("note_shares.note_id")
      .whereRef("note_shares.note_id", "=", sql.ref("note_pins.note_id"))
      .where("note_shares.user_id", "=", userId)
      .where((eb) => isLive(eb.ref("note_shares.expires_at"), now));
    await db
      .deleteFrom("note_pins")
      .where("user_id", "=", userId)
      .where(sql<SqlBool>`not exists ${owned}`)
      .where(sql<SqlBool>`not exists ${shared}`)
      .execute();
  },

  async has({ userId, noteId }: { userId: string; noteId: string }): Promise<boolean> {
    const pin = db
      .selectFrom("note_pins")
      .select("note_id")
      .where("user_id", "=", userId)
      .where("note_id", "=", noteId);
    return (await pin.executeTakeFirst()) !== undefined;
  },
}));
