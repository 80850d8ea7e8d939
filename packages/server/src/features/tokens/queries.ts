import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { orMissing } from "../../platform/database/writes.ts";

function toToken(row: Selectable<Tables["api_tokens"]>): ApiToken {
  return {
    id: row.id,
    userId: row.user_id,
    label: row.label,
    tokenHash: row.token_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
  };
}

export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** The SHA-256 of the API token, in base64url. The service shows the API token only at its creation, and does not store it. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
};

export const apiTokenQueries = defineQueries("database.apiTokens", ({ kysely: db }) => ({
  async insert(token: ApiToken) {
    const insert = db
      .insertInto("api_tokens")
      .values({
        id: token.id,
        user_id: token.userId,
        label: token.label,
        token_hash: token.tokenHash,
        created_at: token.createdAt,
        expires_at: token.expiresAt ?? null,
      })
      .execute();
    await orMissing(insert, { code: "user_not_found", message: "User not found" });
  },

  async list(userId: string): Promise<ApiToken[]> {
    const ofUser = db.selectFrom("api_tokens").selectAll().where("user_id", "=", userId);
    return (await ofUser.orderBy("id", "desc").execute()).map(toToken);
  },

  /** Deletes an API token of this user. Returns false if the user has no such API token. */
  async delete(userId: string, tokenId: string) {
    const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
    return (await ofUser.where("id", "=", tokenId).executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  /** Deletes an API token of any user. Returns the user of the API token, or undefined if the API token does not exist. */
  async deleteOfAnyUser(tokenId: string): Promise<string | undefined> {
    const token = db.deleteFrom("api_tokens").where("id", "=", tokenId);
    return (await token.returning("user_id").executeTakeFirst())?.user_id;
  },
}));
