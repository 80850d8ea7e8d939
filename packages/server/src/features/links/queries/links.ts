import { type Kysely, sql } from "kysely";
import { containsText } from "../../../platform/database/engine.ts";
import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import type { LinkKind, Role } from "../../../platform/database/unions.ts";
import { orMissing } from "../../../platform/database/writes.ts";
import { isLive } from "../../access/sql.ts";
import type { Link, LinkDetails, LinkWithCreator } from "../link.ts";
import {
  creatorRole,
  linkDetails,
  linksWithCreator,
  newestFirst,
  toDetails,
  toEditable,
  toLinkWithCreator,
  toPageOfDetails,
  toRow,
} from "./link-rows.ts";

export const linkQueries = defineQueries("database.links", ({ kysely: db, engine, clock }) => ({
  /** Stores a link, in a transaction. Throws `note_not_found` or `attachment_not_found`. `idempotencyKey`: for `findByKey`. */
  async insert(link: Link, { idempotencyKey }: { idempotencyKey?: string | undefined } = {}): Promise<void> {
    const row = { ...toRow(link), idempotency_key: idempotencyKey ?? null };
    await orMissing(db.insertInto("links").values(row).execute(), "note");
    await insertFiles(db, link);
    await insertRecipients(db, link);
  },

  /** Returns the id of the unrevoked link that the person made on this note with this idempotency key, or undefined. */
  async findByKey(key: { noteId: string; createdBy: string; idempotencyKey: string }): Promise<string | undefined> {
    const row = await db
      .selectFrom("links")
      .select("id")
      .where("note_id", "=", key.noteId)
      .where("created_by", "=", key.createdBy)
      .where("idempotency_key", "=", key.idempotencyKey)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    return row?.id;
  },

  async find(linkId: string): Promise<LinkWithCreator | undefined> {
    const row = await linksWithCreator({ db, engine }, clock()).where("links.id", "=", linkId).executeTakeFirst();
    return row && toLinkWithCreator(row);
  },

  async findDetails(linkId: string): Promise<LinkDetails | undefined> {
    const row = await linkDetails({ db, engine }, clock()).where("links.id", "=", linkId).executeTakeFirst();
    return row && toDetails(row);
  },

  /** Returns whether a file of this file request has passed its verification. A deleted file also counts, as long as its event exists. */
  async hasReceived(linkId: string): Promise<boolean> {
    const received = db
      .selectFrom("link_events")
      .innerJoin("links", "links.id", "link_events.link_id")
      // The join also compares the owner, because no index of the audit log begins with the id of an event.
      .innerJoin("audit_events", (join) =>
        join
          .onRef("audit_events.owner_id", "=", "links.owner_id")
          .onRef("audit_events.id", "=", "link_events.event_id")
          .on("audit_events.is_routine", "=", 0),
      )
      .select("link_events.event_id")
      .where("link_events.link_id", "=", linkId)
      .where("audit_events.action", "=", "link.received");
    return (await received.limit(1).executeTakeFirst()) !== undefined;
  },

  /** Lists the links of a note, newest first. Default of `kind`: the links of both kinds. */
  async listOfNote(
    noteId: string,
    { kind, ...page }: PageRequest & { kind?: LinkKind | undefined },
  ): Promise<Page<LinkDetails>> {
    const ofNote = linkDetails({ db, engine }, clock()).where("links.note_id", "=", noteId);
    const links = ofNote.$if(kind !== undefined, (q) => q.where("links.kind", "=", kind as never));
    return toPageOfDetails(await newestFirst(links, page).execute(), page);
  },

  /** Lists the links whose list of files contains this attachment, newest first. */
  async listOfAttachment(attachmentId: string, page: PageRequest): Promise<Page<LinkDetails>> {
    const naming = db.selectFrom("link_files").select("link_id").where("attachment_id", "=", attachmentId);
    const rows = await newestFirst(
      linkDetails({ db, engine }, clock()).where("links.id", "in", naming),
      page,
    ).execute();
    return toPageOfDetails(rows, page);
  },

  /** Lists the links of the person's notes, and the person's links on other notes that the person may still edit, newest first. */
  async listOfPerson(
    userId: string,
    { kind, ...page }: PageRequest & { kind?: LinkKind | undefined },
  ): Promise<Page<LinkDetails>> {
    const links = linkDetails({ db, engine }, clock()).$if(kind !== undefined, (q) =>
      q.where("links.kind", "=", kind as never),
    );
    const owned = await newestFirst(links.where("links.owner_id", "=", userId), page).execute();
    // Each of the two queries reads one index in order. A single query would have to sort all links of the person.
    const others = links.where("links.created_by", "=", userId).where("links.owner_id", "!=", userId);
    const mayEdit = others.where((eb) => eb(creatorRole(eb as never, { db, engine, now: clock() }), "in", EDITING));
    const made = await newestFirst(mayEdit, page).execute();
    const rows = [...owned, ...made].sort((a, b) => (a.id < b.id ? 1 : -1));
    return toPageOfDetails(rows, page);
  },

  /** Lists the links of all users, newest first. `text`: selects links whose label, note or creator contains this text. */
  async listAll({ kind, text, ...page }: PageRequest & AllLinks): Promise<Page<LinkDetails>> {
    const links = linkDetails({ db, engine }, clock())
      .$if(kind !== undefined, (q) => q.where("links.kind", "=", kind as never))
      .$if(text !== undefined, (q) => q.where(containsText(engine, SEARCHED, text ?? "")));
    return toPageOfDetails(await newestFirst(links, page).execute(), page);
  },

  async listUnrevoked(userId: string): Promise<Link[]> {
    const made = linksWithCreator({ db, engine }, clock()).where("links.created_by", "=", userId);
    const rows = await made.where("links.revoked_at", "is", null).orderBy("links.id").execute();
    return rows.map((row) => toLinkWithCreator(row).link);
  },

  /** Counts the links of a note that are neither revoked nor expired. */
  async countLive(noteId: string): Promise<number> {
    const { count } = await db
      .selectFrom("links")
      .select(sql<number>`count(*)`.as("count"))
      .where("note_id", "=", noteId)
      .where("revoked_at", "is", null)
      .where((eb) => isLive(eb.ref("expires_at"), sql.val(clock())))
      .executeTakeFirstOrThrow();
    return count;
  },

  /**
   * Stores the fields that people can edit. Does not store the counts, because visitors can increase the counts at the same time. Throws
   * `attachment_not_found` if a file was deleted. The caller must call `replace` in a transaction that has locked the note, so that no edit
   * is lost.
   */
  async replace(link: Link): Promise<void> {
    await db.updateTable("links").set(toEditable(link)).where("id", "=", link.id).execute();
    await db.deleteFrom("link_files").where("link_id", "=", link.id).execute();
    await insertFiles(db, link);
    if (engine.hasServiceTables) await db.deleteFrom("link_recipients").where("link_id", "=", link.id).execute();
    await insertRecipients(db, link);
  },

  /** Revokes all links of a note. Waits until the service has recorded the URLs that visitors are getting now, as `revoke` does. */
  async revokeOfNote(noteId: string, revokedAt: number): Promise<void> {
    const revoking = db.updateTable("links").set({ revoked_at: revokedAt });
    await revoking.where("note_id", "=", noteId).where("revoked_at", "is", null).execute();
  },

  async removeFile(attachmentId: string): Promise<void> {
    await db.deleteFrom("link_files").where("attachment_id", "=", attachmentId).execute();
  },

  /** Revokes a link, after the service has recorded the URLs of running requests. Returns false if the link was already revoked. */
  async revoke(linkId: string, revokedAt: number): Promise<boolean> {
    const revoking = db.updateTable("links").set({ revoked_at: revokedAt }).where("id", "=", linkId);
    const { numUpdatedRows } = await revoking.where("revoked_at", "is", null).executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },
}));

type AllLinks = { kind: LinkKind | undefined; text: string | undefined };
const SEARCHED = ["links.label", "notes.title", "people.name", "people.email"];

async function insertRecipients(db: Kysely<Tables>, { id: linkId, recipients }: Link): Promise<void> {
  if (recipients.length === 0) return;
  const rows = recipients.map((email) => ({ link_id: linkId, email }));
  await db.insertInto("link_recipients").values(rows).execute();
}

const EDITING: Role[] = ["owner", "editor"];

async function insertFiles(db: Kysely<Tables>, { id: linkId, attachmentIds = [] }: Link): Promise<void> {
  if (attachmentIds.length === 0) return;
  const files = attachmentIds.map((id) => ({ link_id: linkId, attachment_id: id }));
  await orMissing(db.insertInto("link_files").values(files).execute(), "attachment");
}
