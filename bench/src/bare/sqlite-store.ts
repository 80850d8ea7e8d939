import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteUrlAudit } from "@valetkey/server/src/features/audit/journal/log.ts";
import { createCheckpoints } from "@valetkey/server/src/platform/database/sqlite/checkpoints.ts";
import { Mutex } from "@valetkey/server/src/platform/database/sqlite/mutex.ts";
import { settings } from "../rig/settings.ts";
import { type AccessRow, accessColumns, type Store } from "./store.ts";

const ACCESS = `select ${accessColumns({ userId: "?1", now: "?2" })} from attachments a where a.id = ?3`;

export function openSqliteStore(directory: string): Store {
  const file = join(directory, settings.sqliteFile);
  const database = new DatabaseSync(file);
  const statement = database.prepare(ACCESS);
  const writeLock = new Mutex();
  const checkpoints = createCheckpoints(database, { file, writeLock, onFailure: console.error });
  const audit = openSqliteUrlAudit({ file, writeLock, afterWrite: checkpoints.afterWrite });
  return {
    async findAccess({ attachmentId, userId, now }) {
      return statement.get(userId, now, attachmentId) as AccessRow | undefined;
    },
    audit,
    async close() {
      await audit.close();
      await checkpoints.close();
      database.close();
    },
  };
}
