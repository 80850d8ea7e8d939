import { join } from "node:path";
import { ownerOfItem } from "@valetkey/server/src/features/access/actor.ts";
import { openPostgres, openSqlite } from "@valetkey/server/src/wiring/database/index.ts";
import type { DataLocation } from "./candidate-specs.ts";
import type { Dataset } from "./dataset.ts";
import { runSql } from "./postgres.ts";
import { toAttachment, toNote } from "./seed-service.ts";
import { settings } from "./settings.ts";

/** Writes the data of an application that embeds Valet Key. Each note of the data set becomes an item of the application. */
export async function seedEmbedded({ directory, url }: DataLocation, dataset: Dataset): Promise<void> {
  const clock = Date.now;
  const now = clock();
  const file = join(directory, settings.sqliteFile);
  const db = url === undefined ? await openSqlite({ file, clock }) : await openPostgres({ url, clock });
  await db.transaction(async (tx) => {
    for (const note of dataset.notes) {
      await tx.notes.insert(toNote({ ...note, ownerId: ownerOfItem(note.id) }, now));
      await tx.items.insert({ noteId: note.id, resource: "note", itemId: note.id });
    }
    for (const attachment of dataset.attachments) {
      await tx.attachments.insert(toAttachment({ ...attachment, ownerId: ownerOfItem(attachment.noteId) }, now));
    }
  });
  await db.close();
  if (url !== undefined) await runSql(url, "ANALYZE");
}
