import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { orMissing } from "../../platform/database/writes.ts";
import type { ApiToken, ApiTokenQueries } from "./tokens-port.ts";

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

export const apiTokenQueries = defineQueries(
  "database.apiTokens",
  ({ kysely: db }): ApiTokenQueries => ({
    async insert(token) {
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

    async list(userId) {
      const ofUser = db.selectFrom("api_tokens").selectAll().where("user_id", "=", userId);
      return (await ofUser.orderBy("id", "desc").execute()).map(toToken);
    },

    async delete(userId, tokenId) {
      const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
      return (await ofUser.where("id", "=", tokenId).executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },

    async deleteOfAnyUser(tokenId) {
      const token = db.deleteFrom("api_tokens").where("id", "=", tokenId);
      return (await token.returning("user_id").executeTakeFirst())?.user_id;
    },
  }),
);
