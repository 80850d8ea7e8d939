import type { Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { orTaken } from "../../platform/database/writes.ts";
import type { Passkey } from "./own/passkey.ts";
import type { PasskeyQueries } from "./passkeys-port.ts";

export const passkeyQueries = defineQueries(
  "database.passkeys",
  ({ kysely: db }): PasskeyQueries => ({
    async list(userId) {
      const rows = await db.selectFrom("passkeys").selectAll().where("user_id", "=", userId).orderBy("id").execute();
      return rows.map(toPasskey);
    },

    async findByCredential(credentialId) {
      const row = await db
        .selectFrom("passkeys")
        .selectAll()
        .where("credential_id", "=", credentialId)
        .executeTakeFirst();
      return row && toPasskey(row);
    },

    async insert({ userId, credentialId, publicKey, transports, createdAt, lastUsedAt, ...others }) {
      const row = {
        ...others,
        user_id: userId,
        credential_id: credentialId,
        public_key: publicKey,
        transports: JSON.stringify(transports),
        created_at: createdAt,
        last_used_at: lastUsedAt ?? null,
      };
      await orTaken(db.insertInto("passkeys").values(row).execute(), {
        code: "passkey_exists",
        message: "This passkey belongs to an account already.",
      });
    },

    async use(passkeyId, { counter: { from, to }, now }) {
      const { numUpdatedRows } = await db
        .updateTable("passkeys")
        .set({ counter: to, last_used_at: now })
        .where("id", "=", passkeyId)
        .where("counter", "=", from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async rename(userId, { id, name }) {
      const renamed = db.updateTable("passkeys").set({ name }).where("id", "=", id).where("user_id", "=", userId);
      return (await renamed.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    async remove(userId, passkeyId) {
      const row = db.deleteFrom("passkeys").where("id", "=", passkeyId).where("user_id", "=", userId);
      return (await row.executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },

    async removeAll(userId) {
      await db.deleteFrom("passkeys").where("user_id", "=", userId).execute();
    },
  }),
);

function toPasskey(row: Selectable<Tables["passkeys"]>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports),
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
