import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
// The service's own writers of the audit log: a limit reached with another durability would be none.
import { Mutex } from "@valetkey/server/src/db/mutex.ts";
import { openPostgresUrlAudit } from "@valetkey/server/src/db/postgres-url-audit.ts";
import { openSqliteUrlAudit } from "@valetkey/server/src/db/sqlite-url-audit.ts";
import type { UrlAuditLog } from "@valetkey/server/src/usecases/ports.ts";
import pg from "pg";
import { settings } from "../rig/settings.ts";

export type AccessRow = {
  note_id: string;
  owner_id: string;
  object_key: string;
  filename: string;
  content_type: string;
  state: string;
  role: string | null;
};

export type Store = {
  findAccess(question: { attachmentId: string; userId: string; now: number }): Promise<AccessRow | undefined>;
  audit: UrlAuditLog;
  close(): Promise<void>;
};

const CONNECTIONS = 4;

const ACCESS = `
select note_id, owner_id, object_key, filename, content_type, state,
  case when owner_id = $1 then 'owner' else coalesce(
    (select role from note_shares s
      where s.note_id = a.note_id and s.user_id = $1 and (s.expires_at is null or s.expires_at > $2)),
    (select 'viewer' from attachment_shares s
      where s.attachment_id = a.id and s.user_id = $1 and (s.expires_at is null or s.expires_at > $2))
  ) end as role
from attachments a where a.id = $3`;

export function openPostgresStore(url: string): Store {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const audit = openPostgresUrlAudit(pool);
  return {
    async findAccess({ attachmentId, userId, now }) {
      const { rows } = await pool.query({ name: "access", text: ACCESS, values: [userId, now, attachmentId] });
      return rows[0];
    },
    audit,
    async close() {
      await audit.close();
      await pool.end();
    },
  };
}

export function openSqliteStore(directory: string): Store {
  const file = join(directory, settings.sqliteFile);
  const reader = new DatabaseSync(file, { readOnly: true });
  const statement = reader.prepare(ACCESS.replaceAll("$", "?"));
  const audit = openSqliteUrlAudit({ file, writeLock: new Mutex() });
  return {
    async findAccess({ attachmentId, userId, now }) {
      return statement.get(userId, now, attachmentId) as AccessRow | undefined;
    },
    audit,
    async close() {
      await audit.close();
      reader.close();
    },
  };
}
