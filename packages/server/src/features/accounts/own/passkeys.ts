import type { Deps } from "../../../platform/deps.ts";
import { DomainError, noSuch } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { credentialQueries } from "../../people/queries.ts";
import { requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries/accounts.ts";
import { type Passkey, passkeyQueries } from "../queries/factors.ts";
import { addAccountLink, findAccountLink, linkInvalid } from "./account-links.ts";
import { endOtherSessions, type Owner, requireOwner, warnOfChange } from "./owner.ts";
import { checkSecondFactor } from "./second-factor.ts";

const CHALLENGE_TTL_MS = 300_000;
const MAX_PASSKEYS = 20;
/** The user id that the database stores with the challenge of a sign-in, because the service does not know the user yet. */
const NOBODY = "";

type NewPasskeyStart = { challenge: string; email: string; passkeys: Passkey[] };

export function createPasskeys(deps: Deps) {
  const { db, clock, newId } = deps;
  return {
    listPasskeys({ userId }: Caller): Promise<Passkey[]> {
      return passkeyQueries(db).list(userId);
    },

    /**
     * Creates the challenge for a new passkey, which works once within 5 minutes. An account with a second factor needs a `code`, because a
     * sign-in with a passkey does not ask for the second factor. Throws `wrong_password`, `too_many_passkeys`, `second_factor_required`,
     * `wrong_second_factor` or `rate_limited`.
     */
    async startPasskey(owner: Owner, code: string | undefined): Promise<NewPasskeyStart> {
      await checkSecondFactor(deps)(owner.caller.userId, code);
      return deps.db.transaction(async (tx) => {
        await requireOwner(tx, owner);
        const { userId } = owner.caller;
        const account = await accountQueries(tx).find(userId);
        if (account === undefined)
          throw new DomainError(
            "user_not_found",
            "Only a person who has an account in this service can add a passkey.",
          );
        const passkeys = await passkeyQueries(tx).list(userId);
        if (passkeys.length >= MAX_PASSKEYS) {
          throw new DomainError(
            "too_many_passkeys",
            `An account has at most ${MAX_PASSKEYS} passkeys. Remove one first.`,
          );
        }
        const link = { kind: "passkey-challenge", userId, sentTo: undefined, ttlMs: CHALLENGE_TTL_MS } as const;
        return { challenge: await addAccountLink(deps, tx, link), email: account.email, passkeys };
      });
    },

    /** Creates the challenge for a sign-in with a passkey, which works once within 5 minutes. */
    startPasskeySignIn(): Promise<string> {
      return addAccountLink(deps, deps.db, {
        kind: "passkey-challenge",
        userId: NOBODY,
        sentTo: undefined,
        ttlMs: CHALLENGE_TTL_MS,
      });
    },

    /** Uses up a challenge. `userId`: the user who adds a passkey, or undefined for a sign-in. Throws `account_link_invalid`. */
    async useChallenge(challenge: string, { userId = NOBODY }: { userId?: string } = {}): Promise<void> {
      const link = await findAccountLink({ db, clock }, { kind: "passkey-challenge", token: challenge });
      if (link.userId !== userId || !(await accountQueries(db).removeLink(link.tokenHash))) throw linkInvalid();
    },

    /** Adds a passkey, whose registration the caller of the function must have verified. Throws `access_denied` or `passkey_exists`. */
    async addPasskey(caller: Caller, passkey: NewPasskey): Promise<Passkey> {
      const { userId } = caller;
      const added = { ...passkey, id: newId(), userId, createdAt: clock(), lastUsedAt: undefined };
      await db.transaction(async (tx) => {
        // The lock waits for a simultaneous password change, because it can end the session and remove all passkeys.
        await credentialQueries(tx).lock(userId);
        await requireCredential(tx, caller);
        await passkeyQueries(tx).insert(added);
        await warnOfChange(deps, tx, { userId, change: "passkey-added" });
      });
      return added;
    },

    /** Changes the name of a passkey, which only the owner of the passkey sees. Throws `passkey_not_found`. */
    renamePasskey(caller: Caller, { id, name }: Pick<Passkey, "id" | "name">): Promise<Passkey> {
      return db.transaction(async (tx) => {
        const { userId } = caller;
        await requireCredential(tx, caller);
        if (!(await passkeyQueries(tx).rename(userId, { id, name }))) throw noSuch("passkey");
        return (await passkeyQueries(tx).list(userId)).find((passkey) => passkey.id === id) as Passkey;
      });
    },

    /** Removes a passkey and ends the other sessions, because a thief may have signed in with the passkey. Throws `passkey_not_found`. */
    removePasskey(caller: Caller, passkeyId: string): Promise<void> {
      return deps.db.transaction(async (tx) => {
        const { userId } = caller;
        await requireCredential(tx, caller);
        if (!(await passkeyQueries(tx).remove(userId, passkeyId))) throw noSuch("passkey");
        await endOtherSessions(tx, caller);
        await warnOfChange(deps, tx, { userId, change: "passkey-removed" });
      });
    },

    findPasskey(credentialId: string): Promise<Passkey | undefined> {
      return passkeyQueries(db).findByCredential(credentialId);
    },

    /**
     * Records a sign-in with a passkey, after the library has stored the session of the sign-in. Returns false if the passkey was removed
     * meanwhile. The caller must then end the new session, because the removal of the passkey may have missed it.
     */
    recordPasskeyUse({ id, counter: from }: Passkey, counter: number): Promise<boolean> {
      return passkeyQueries(db).use(id, { counter: { from, to: counter }, now: clock() });
    },
  };
}

type NewPasskey = Pick<Passkey, "credentialId" | "publicKey" | "counter" | "transports" | "name">;
