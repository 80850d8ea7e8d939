import type { UrlAuditLog } from "@valetkey/server/src/features/audit/audit-port.ts";

export type Question = { attachmentId: string; userId: string; now: number };

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
  findAccess(question: Question): Promise<AccessRow | undefined>;
  /** Writes to the audit log with the code of the service, so that the events are as durable as in the service. */
  audit: UrlAuditLog;
  close(): Promise<void>;
};

/** Returns the columns that decide the access of this user, for a query of `attachments a`. `role` is null if the user has no access. */
export function accessColumns({ userId, now }: { userId: string; now: string }): string {
  const isLive = `(s.expires_at is null or s.expires_at > ${now})`;
  return `a.note_id, a.owner_id, a.object_key, a.filename, a.content_type, a.state,
  case when a.owner_id = ${userId} then 'owner' else coalesce(
    (select role from note_shares s where s.note_id = a.note_id and s.user_id = ${userId} and ${isLive}),
    (select 'viewer' from attachment_shares s where s.attachment_id = a.id and s.user_id = ${userId} and ${isLive})
  ) end as role`;
}
