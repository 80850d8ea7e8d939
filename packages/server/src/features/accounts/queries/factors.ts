import type { Selectable } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { orTaken } from "../../../platform/database/writes.ts";

export const passkeyQueries = defineQueries("database.passkeys", ({ kysely: db }) => ({
  /** Returns the passkeys of a user, oldest first. */
  async list(userId: string): Promise<Passkey[]> {
    const rows = await db.selectFrom("passkeys").selectAll().where("user_id", "=", userId).orderBy("id").execute();
    return rows.map(toPasskey);
  },

  async findByCredential(credentialId: string): Promise<Passkey | undefined> {
    const row = await db
      .selectFrom("passkeys")
      .selectAll()
      .where("credential_id", "=", credentialId)
      .executeTakeFirst();
    return row && toPasskey(row);
  },

  /** Throws `passkey_exists`. */
  async insert(passkey: Passkey) {
    const row = {
      ...toColumns(passkey, ["id", "userId", "credentialId", "publicKey", "counter", "name"]),
      ...toColumns(passkey, ["createdAt", "lastUsedAt"]),
      transports: JSON.stringify(passkey.transports),
    };
    await orTaken(db.insertInto("passkeys").values(row).execute(), {
      code: "passkey_exists",
      message: "This passkey belongs to an account already.",
    });
  },

  /**
   * Records a sign-in with a passkey. First waits for another transaction that removes the passkey. Returns false if the passkey was
   * removed, or if a simultaneous sign-in has used it.
   */
  async use(passkeyId: string, { counter: { from, to }, now }: { counter: { from: number; to: number }; now: number }) {
    const { numUpdatedRows } = await db
      .updateTable("passkeys")
      .set({ counter: to, last_used_at: now })
      .where("id", "=", passkeyId)
      .where("counter", "=", from)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  /** Changes the name of a passkey. Returns false if the user does not have the passkey. */
  async rename(userId: string, { id, name }: Pick<Passkey, "id" | "name">) {
    const renamed = db.updateTable("passkeys").set({ name }).where("id", "=", id).where("user_id", "=", userId);
    return (await renamed.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
  },

  /** Removes a passkey. Returns false if the user does not have the passkey. */
  async remove(userId: string, passkeyId: string) {
    const row = db.deleteFrom("passkeys").where("id", "=", passkeyId).where("user_id", "=", userId);
    return (await row.executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async removeAll(userId: string) {
    await db.deleteFrom("passkeys").where("user_id", "=", userId).execute();
  },
}));

function toPasskey(row: Selectable<Tables["passkeys"]>): Passkey {
  return { ...fromColumns(row), transports: JSON.parse(row.transports) };
}

/** A credential in a device or a password manager, with which a user signs in without a password (WebAuthn). */
export type Passkey = {
  id: string;
  userId: string;
  /** The authenticator's id of the passkey, in base64url. */
  credentialId: string;
  /** A COSE key in base64url. */
  publicKey: string;
  /** The number of signatures that the authenticator reports. Most authenticators do not count, and always report 0. */
  counter: number;
  /** The ways in which a browser can reach the authenticator, such as `internal`. */
  transports: readonly string[];
  name: string;
  createdAt: number;
  /** Undefined: the user has not signed in with this passkey yet. */
  lastUsedAt: number | undefined;
};

export const secondFactorQueries = defineQueries("database.secondFactors", ({ kysely: db, engine }) => {
  const deleteCodes = (userId: string) => db.deleteFrom("recovery_codes").where("user_id", "=", userId);
  return {
    /**
     * Stores the secret of an authenticator app that the user has not confirmed yet. Replaces the secret of an earlier unconfirmed app.
     * Returns false if the account has a confirmed app.
     */
    async start({ userId, sealedSecret }: { userId: string; sealedSecret: string }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("second_factors")
        .values({ user_id: userId, sealed_secret: sealedSecret, confirmed_at: null, last_step: 0 })
        .onConflict((conflict) =>
          conflict
            .column("user_id")
            .doUpdateSet((eb) => ({ sealed_secret: eb.ref("excluded.sealed_secret"), last_step: 0 }))
            .where("second_factors.confirmed_at", "is", null),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    /** Finds the second factor of a user. First waits for another transaction that changes the second factor. */
    async find(userId: string): Promise<SecondFactor | undefined> {
      const row = await db
        .selectFrom("second_factors")
        .selectAll()
        .where("user_id", "=", userId)
        // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
        .$if(engine.name === "postgres", (query) => query.forShare())
        .executeTakeFirst();
      return row && { userId, sealedSecret: row.sealed_secret, confirmedAt: row.confirmed_at ?? undefined };
    },

    /** Marks the time step of a code as used, and replaces the secret. Returns false if this or a later time step was used before. */
    async useStep(userId: string, { step, sealedSecret }: { step: number; sealedSecret: string }) {
      const { numUpdatedRows } = await db
        .updateTable("second_factors")
        .set({ last_step: step, sealed_secret: sealedSecret })
        .where("user_id", "=", userId)
        .where("last_step", "<", step)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async confirm(userId: string, now: number) {
      await db.updateTable("second_factors").set({ confirmed_at: now }).where("user_id", "=", userId).execute();
    },

    /** Removes the authenticator app and the recovery codes. Returns false if the user had no confirmed app. */
    async remove(userId: string) {
      await deleteCodes(userId).execute();
      const row = await db
        .deleteFrom("second_factors")
        .where("user_id", "=", userId)
        .returning("confirmed_at")
        .executeTakeFirst();
      return row !== undefined && row.confirmed_at !== null;
    },

    async replaceRecoveryCodes(userId: string, hashes: readonly string[]) {
      await deleteCodes(userId).execute();
      await db
        .insertInto("recovery_codes")
        .values(hashes.map((code_hash) => ({ user_id: userId, code_hash })))
        .execute();
    },

    /** Uses up a recovery code. Returns false if the code is unknown or was already used. */
    async useRecoveryCode(userId: string, hash: string) {
      const { numDeletedRows } = await deleteCodes(userId).where("code_hash", "=", hash).executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async countRecoveryCodes(userId: string): Promise<number> {
      const { count } = await db
        .selectFrom("recovery_codes")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("user_id", "=", userId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
});

/** The second factor of an account: an authenticator app that shows codes (RFC 6238). */
export type SecondFactor = {
  userId: string;
  /** The secret of the authenticator app, encrypted (platform/crypto/secrets.ts). */
  sealedSecret: string;
  /** Undefined: the user has not confirmed a code yet, so the sign-in asks for no code. Milliseconds since the epoch. */
  confirmedAt: number | undefined;
};
