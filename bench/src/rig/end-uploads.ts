import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DataLocation } from "./candidate-specs.ts";
import { runSql } from "./postgres.ts";
import { settings } from "./settings.ts";

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Ends the uploads that started since an instant, as if they had expired. The load generator never completes them. Without this, each round
 * would have tens of thousands of pending uploads more than the round before.
 * `since`: milliseconds since 1970.
 */
export async function endUploads({ directory, url }: DataLocation, { since }: { since: number }): Promise<void> {
  const started = `state = 'pending' and created_at >= ${since}`;
  const end = `
    update attachments set state = 'expired' where id in (select attachment_id from uploads where ${started});
    update uploads set state = 'expired' where ${started};`;
  if (url !== undefined) {
    await runSql(url, end);
    await runSql(url, "vacuum attachments, uploads");
    return;
  }
  const database = new DatabaseSync(join(directory, settings.sqliteFile), { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`begin immediate; ${end} commit; pragma wal_checkpoint(passive)`);
  } finally {
    database.close();
  }
}
