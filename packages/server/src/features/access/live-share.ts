import { type Expression, type SqlBool, sql } from "kysely";

/** Builds the condition that a share is live: it has no expiry, or `now` is before the expiry. Milliseconds. */
export function isLive(expiresAt: Expression<number | null>, now: Expression<number> | number) {
  return sql<SqlBool>`(${expiresAt} is null or ${expiresAt} > ${now})`;
}
