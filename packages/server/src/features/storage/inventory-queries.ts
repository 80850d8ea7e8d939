import { defineQueries } from "../../platform/database/queries.ts";
import { notInTrash } from "../access/not-in-trash.ts";
import { selectAttachments, toAttachment } from "../access/rows.ts";
import { ENDED } from "../usage/usage.ts";
import type { InventoryQueries } from "./inventory-port.ts";

export const inventoryQueries = defineQueries("database.inventory", ({ kysely: db, engine }): InventoryQueries => {
  type Table = "attachments" | "uploads" | "object_deletions" | "reservations";
  /** Selects those object keys of the list that the table contains. */
  const among = (table: Table, objectKeys: readonly string[]) =>
    db
      .selectFrom(table)
      .select(`${table}.object_key`)
      .where((eb) => engine.isIn(eb.ref(`${table}.object_key`), engine.list(objectKeys)));

  return {
    async known(objectKeys) {
      const rows = await among("attachments", objectKeys)
        .where("state", "not in", ENDED)
        // A complete upload references no object. An object at its key belongs to the attachment, or a client stored the object again after
        // the service had copied it.
        .union(among("uploads", objectKeys).where("state", "not in", [...ENDED, "ready", "quarantined"]))
        .union(among("object_deletions", objectKeys))
        .union(among("reservations", objectKeys))
        .execute();
      return new Set(rows.map((row) => row.object_key));
    },

    async multipartsUnder(objectKeys) {
      const rows = await among("uploads", objectKeys)
        .select("bucket_upload_id")
        .where("bucket_upload_id", "is not", null)
        .where("state", "not in", ENDED)
        .execute();
      return new Set(rows.map((row) => row.bucket_upload_id as string));
    },

    async listReady({ after, upTo, limit }) {
      const rows = await selectAttachments(db)
        .where("state", "in", ["ready", "quarantined"])
        .where(notInTrash.attachments)
        .where("object_key", ">", after)
        .$if(upTo !== undefined, (query) => query.where("object_key", "<=", upTo as string))
        .orderBy("object_key")
        .limit(limit)
        .execute();
      return rows.map(toAttachment);
    },
  };
});
