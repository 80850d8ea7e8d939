import type { Kysely, Selectable } from "kysely";
import type { ApiToken, ApiTokenQueries } from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";
import { orMissing } from "./constraints.ts";
import { toPerson } from "./people.ts";

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

export function apiTokenQueries(db: Kysely<Tables>): ApiTokenQueries {
  return {
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

    async findLive(tokenHash, now) {
      const row = await db
        .selectFrom("api_tokens")
        .innerJoin("people", "people.id", "api_tokens.user_id")
        .selectAll("api_tokens")
        .select(["people.email", "people.name", "people.is_admin"])
        .leftJoin("disabled_users", "disabled_users.user_id", "api_tokens.user_id")
        .where("disabled_users.user_id", "is", null)
        .where("token_hash", "=", tokenHash)
        .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
        .executeTakeFirst();
      return row && { token: toToken(row), person: toPerson({ ...row, id: row.user_id }) };
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

    async deleteAll(userId) {
      const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
      return Number((await ofUser.executeTakeFirstOrThrow()).numDeletedRows);
    },
  };
}
