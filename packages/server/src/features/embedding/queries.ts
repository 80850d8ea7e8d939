import { sql } from "kysely";
import { changeFact, findFact } from "../../platform/database/facts.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Attachment } from "../access/attachment.ts";
import { attachmentColumns, itemColumns, selectAttachments, toAttachment } from "../access/sql.ts";
import { inGroup, shownToViewers } from "../attachments/queries.ts";
import type { ItemName } from "../outbox/file-event-queries.ts";
import { type ChosenPlace, ownerOf } from "./places.ts";
import type { Item } from "./types.ts";

/** The host application that owns a database. `bucket` identifies the bucket of the application, and is empty for the service itself. */
export type Application = { name: string; bucket: string };

/** A bucket of the option `buckets`. `place`: the server, the bucket name and the key prefix. */
export type TenantBucket = { name: string; number: number; place: string };

const OWNER = "owner";
const BUCKETS = "tenant-buckets";

export const applicationQueries = defineQueries("database.application", ({ kysely: db }) => ({
  /** Records that the application owns the database, unless another application owns it. Returns the owner after the call. */
  async own(application: Application): Promise<Application> {
    let owner = application;
    await changeFact<Application>(db, {
      name: OWNER,
      change: (found) => {
        owner = found ?? application;
        return found === undefined ? application : undefined;
      },
    });
    return owner;
  },

  /** Returns the buckets of tenants with their numbers. The number of a name never changes. */
  async buckets(): Promise<TenantBucket[]> {
    return (await findFact(db, BUCKETS)) ?? [];
  },

  /** Replaces the buckets of tenants. Returns false if another process has changed them since the call of `buckets`. */
  async replaceBuckets(from: readonly TenantBucket[], to: readonly TenantBucket[]): Promise<boolean> {
    const seen = JSON.stringify(from);
    const change = (found: readonly TenantBucket[] = []) => (JSON.stringify(found) === seen ? to : undefined);
    return changeFact(db, { name: BUCKETS, change });
  },
}));

export const itemQueries = defineQueries("database.items", ({ kysely: db, engine }) => {
  const ofFiles = (attachmentIds: readonly string[]) =>
    db
      .selectFrom("attachments")
      .innerJoin(engine.summaries, "notes.id", "attachments.note_id")
      .select(itemColumns)
      .where("notes.resource", "is not", null)
      .where((eb) => engine.isIn(eb.ref("attachments.id"), engine.list(attachmentIds)));
  return {
    /** Inserts the note of an item. Returns false if the application already has this item. */
    async insert({ noteId, resource, itemId, place, tenant }: Item & ChosenPlace, now: number): Promise<boolean> {
      const note = { id: noteId, owner_id: ownerOf({ noteId, tenant }), title: "", body: "" };
      const item = { resource, item_id: itemId, place: place === "" ? null : place, tenant };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("notes")
        .values({ ...note, ...item, created_at: now, updated_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    /** Returns the first place of an item that is equal to or after the given text, in alphabetical order. */
    async firstPlace(from: string): Promise<string | undefined> {
      const places = db.selectFrom("notes").select("place").where("place", ">=", from).orderBy("place").limit(1);
      return (await places.executeTakeFirst())?.place ?? undefined;
    },

    /** Returns attachments with their items, by attachment id. The map contains files in the trash, but no unknown ids. */
    async filesOf(attachmentIds: readonly string[]): Promise<Map<string, { file: Attachment; item: Item }>> {
      const rows = await ofFiles(attachmentIds).select(attachmentColumns).execute();
      return new Map(rows.map((row) => [row.id, { file: toAttachment(row), item: toItem(row) }]));
    },

    /** Counts the listed files of notes, without rejected files. The map has no entry for a note without files. */
    async counts(noteIds: readonly string[]): Promise<Map<string, { files: number; ready: number; bytes: number }>> {
      const rows = await db
        .selectFrom("attachments")
        .select([
          "note_id",
          sql<number>`count(*)`.as("files"),
          sql<number>`sum(case when state = 'ready' then 1 else 0 end)`.as("ready"),
          // The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`.
          sql<number>`cast(sum(size_bytes) as bigint)`.as("bytes"),
        ])
        .where((eb) => engine.isIn(eb.ref("note_id"), engine.list(noteIds)))
        .where(inGroup("sent", "pending"))
        .where("state", "!=", "rejected")
        .groupBy("note_id")
        .execute();
      return new Map(
        rows.map(({ note_id, files, ready, bytes }) => [
          note_id,
          { files: Number(files), ready: Number(ready), bytes },
        ]),
      );
    },

    /** Returns the items of attachments with one query, by attachment id. The map contains no unknown ids. */
    async findOfAttachments(attachmentIds: readonly string[]): Promise<Map<string, Item>> {
      const rows = await ofFiles(attachmentIds).select(["attachments.id", "attachments.note_id"]).execute();
      return new Map(rows.map((row) => [row.id, toItem(row)]));
    },
  };
});

/** The queries for many items at once. Each function runs one query. */
export const manyItemsQueries = defineQueries("database.manyItems", ({ kysely: db, engine }) => ({
  /** Returns the items whose note exists. An item without a file may have no note. */
  async find(names: readonly ItemName[]): Promise<Item[]> {
    if (names.length === 0) return [];
    const rows = await db
      .selectFrom("notes")
      .select("id as note_id")
      .select(itemColumns)
      .where((eb) =>
        eb.or(
          [...Map.groupBy(names, ({ resource }) => resource)].map(([resource, ofResource]) =>
            eb.and([
              eb("resource", "=", resource),
              engine.isIn(eb.ref("item_id").$notNull(), engine.list(ofResource.map(({ itemId }) => itemId))),
            ]),
          ),
        ),
      )
      .execute();
    return rows.map(toItem);
  },

  /** Returns the first `limit` listed files of each note, in order of creation. */
  async firstFiles(noteIds: readonly string[], limit: number): Promise<Attachment[]> {
    const ranked = db
      .selectFrom("attachments")
      .select("id")
      .select(sql<number>`row_number() over (partition by note_id order by id)`.as("place"))
      .where((eb) => engine.isIn(eb.ref("note_id"), engine.list(noteIds)))
      .where(inGroup("sent", "pending"))
      .where(shownToViewers)
      .as("ranked");
    const rows = await selectAttachments(db)
      .where("attachments.id", "in", db.selectFrom(ranked).select("ranked.id").where("ranked.place", "<=", limit))
      .orderBy("attachments.id")
      .execute();
    return rows.map(toAttachment);
  },
}));

const REPORTED_UNTIL = "downloads-reported-until";

/** The queries for the position in the audit log up to which the service has queued the calls of `onDownload`. */
export const hookMarkQueries = defineQueries("database.hookMarks", ({ kysely: db }) => ({
  find: () => findFact<string>(db, REPORTED_UNTIL),

  /** Stores the first position, unless another replica has stored a position. */
  async start(eventId: string): Promise<void> {
    await changeFact<string>(db, {
      name: REPORTED_UNTIL,
      change: (found) => (found === undefined ? eventId : undefined),
    });
  },

  /** Advances the position. Returns false if another replica has already advanced it. */
  advance: ({ from, to }: { from: string; to: string }) =>
    changeFact<string>(db, { name: REPORTED_UNTIL, change: (found) => (found === from ? to : undefined) }),
}));

function toItem(row: { note_id: string; resource: string; item_id: string }): Item {
  return { noteId: row.note_id, resource: row.resource, itemId: row.item_id };
}
