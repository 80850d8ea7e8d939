import { createHash, createHmac } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { runSql } from "./postgres.ts";
import { settings } from "./settings.ts";

const SESSION_MS = 24 * 3600 * 1000;

/** Makes the session cookie of a user, as a browser sends it after a sign-in. */
export function sessionCookie(userId: string): string {
  const token = sessionToken(userId);
  const signature = createHmac("sha256", settings.authSecret).update(token).digest("base64");
  return `valetkey.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** Makes the API token of a user, and the hash that the service stores. */
export function apiToken(userId: string): { token: string; tokenHash: string } {
  const token = `vk_${hash(`token of ${userId}`)}`;
  return { token, tokenHash: hash(token) };
}

/** Writes an account and a session for each user, as a sign-in does. `url`: a PostgreSQL database. `file`: a SQLite database. */
export async function seedSessions(
  { file, url }: { file: string; url: string | undefined },
  userIds: readonly string[],
): Promise<void> {
  const now = `'${new Date().toISOString()}'`;
  const expiresAt = `'${new Date(Date.now() + SESSION_MS).toISOString()}'`;
  const no = url === undefined ? "0" : "false";
  const users = userIds.map((id) => `('${id}', 'Bench', '${id}@bench.example', ${no}, ${now}, ${now})`);
  const sessions = userIds.map(
    (id) => `('session-${id}', ${expiresAt}, '${sessionToken(id)}', ${now}, ${now}, '${id}')`,
  );
  const sql = `
    insert into auth_users (id, name, email, email_verified, created_at, updated_at) values ${users};
    insert into auth_sessions (id, expires_at, token, created_at, updated_at, user_id) values ${sessions};`;
  if (url !== undefined) {
    await runSql(url, sql);
    return;
  }
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function sessionToken(userId: string): string {
  return hash(`session of ${userId}`);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
