import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../platform/database/rows.ts";
import { deleteInSteps, orMissing } from "../../platform/database/writes.ts";

export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** The SHA-256 of the API token, in base64url. The database does not have the API token itself. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
  /** Accurate to one hour. Undefined: no use since the service stores the time. */
  lastUsedAt: number | undefined;
};

/** The request of a program that waits for an API token. The hash of the code is keyed, because the code is short. */
export type TokenRequest = {
  tokenHash: string;
  codeHash: string;
  label: string;
  clientAddress: string;
  requestedAt: number;
  expiresAt: number;
};

export const tokenRequestQueries = defineQueries("database.tokenRequests", ({ kysely: db }) => ({
  async insert(request: TokenRequest): Promise<void> {
    const row = toColumns(request, ["tokenHash", "codeHash", "label", "clientAddress", "requestedAt", "expiresAt"]);
    await db.insertInto("token_requests").values(row).execute();
  },

  /** Returns whether the program still waits for its API token. */
  async isOpen(tokenHash: string, now: number): Promise<boolean> {
    const found = db.selectFrom("token_requests").select("token_hash").where("token_hash", "=", tokenHash);
    return (await found.where("expires_at", ">", now).executeTakeFirst()) !== undefined;
  },

  /** Finds the request with a code. `codeHashes`: the hashes of the code, one for each secret key of the service. */
  async find(codeHashes: readonly string[], now: number): Promise<TokenRequest | undefined> {
    const row = await db
      .selectFrom("token_requests")
      .selectAll()
      .where("code_hash", "in", [...codeHashes])
      .where("expires_at", ">", now)
      .executeTakeFirst();
    return row && fromColumns(row);
  },

  /** Deletes a request. Returns false if another call has deleted it, so that one code gives only one API token. */
  async remove(tokenHash: string): Promise<boolean> {
    const deleted = db.deleteFrom("token_requests").where("token_hash", "=", tokenHash);
    return (await deleted.executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async deleteExpired(now: number): Promise<void> {
    await deleteInSteps(db, {
      from: "token_requests",
      key: ["token_hash"],
      by: "expires_at",
      where: sql<boolean>`expires_at <= ${now}`,
    });
  },
}));

export const apiTokenQueries = defineQueries("database.apiTokens", ({ kysely: db }) => ({
  async insert(token: ApiToken) {
    const row = toColumns(token, ["id", "userId", "label", "tokenHash", "createdAt", "expiresAt", "lastUsedAt"]);
    const insert = db.insertInto("api_tokens").values(row).execute();
    await orMissing(insert, "user");
  },

  async list(userId: string): Promise<ApiToken[]> {
    const ofUser = db.selectFrom("api_tokens").selectAll().where("user_id", "=", userId);
    return (await ofUser.orderBy("id", "desc").execute()).map(fromColumns);
  },

  async markUsed(tokenId: string, now: number): Promise<void> {
    await db.updateTable("api_tokens").set({ last_used_at: now }).where("id", "=", tokenId).execute();
  },

  /** Deletes an API token of this user. Returns false if the user has no such API token. */
  async delete(userId: string, tokenId: string) {
    const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
    return (await ofUser.where("id", "=", tokenId).executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  /** Deletes an API token of any user. Returns its user, or undefined if it does not exist. */
  async deleteOfAnyUser(tokenId: string): Promise<string | undefined> {
    const token = db.deleteFrom("api_tokens").where("id", "=", tokenId);
    return (await token.returning("user_id").executeTakeFirst())?.user_id;
  },
}));
