import { sealSecret } from "../../../platform/crypto/secrets.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import type { Actor } from "../../people/administrators.ts";
import { act } from "../../people/administrators.ts";
import { requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries.ts";
import { secondFactorQueries } from "../second-factor-queries.ts";
import { countCode, forgetCodes, useCode, wrongCode } from "./check-second-factor.ts";
import { endOtherSessions, type Owner, requireOwner } from "./own-account.ts";
import { hashRecoveryCode, makeRecoveryCodes } from "./recovery-codes.ts";
import { describeSecret, SECRET_BYTES } from "./totp.ts";
import { type WarnDeps, warnOfChange } from "./warn-of-change.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "newSecret" | "linkKeys" | "mail">;

/** Returns whether the caller has a second factor, and how many recovery codes are left. */
export function getSecondFactor({ db }: Pick<Deps, "db">) {
  return async ({ userId }: Caller): Promise<{ isOn: boolean; recoveryCodesLeft: number }> => {
    const isOn = (await secondFactorQueries(db).find(userId))?.confirmedAt !== undefined;
    return { isOn, recoveryCodesLeft: isOn ? await secondFactorQueries(db).countRecoveryCodes(userId) : 0 };
  };
}

/**
 * Makes the secret for an authenticator app. A sign-in asks for codes of this app only after `confirmSecondFactor`. `issuer`: the name of
 * the service that the app shows.
 * Throws `second_factor_exists`, `wrong_password`, and `user_not_found` for a caller without an account.
 */
export function startSecondFactor({ db, newSecret, linkKeys }: PartDeps) {
  return (owner: Owner, { issuer }: { issuer: string }): Promise<{ secret: string; url: string }> =>
    db.transaction(async (tx) => {
      await requireOwner(tx, owner);
      const { userId } = owner.caller;
      const account = await accountQueries(tx).find(userId);
      if (account === undefined)
        throw new DomainError("user_not_found", "Only a person who has an account in this service can do this.");
      const secret = Buffer.from(newSecret(), "base64url").subarray(0, SECRET_BYTES);
      const sealedSecret = sealSecret(linkKeys.secondFactors, userId, secret);
      if (!(await secondFactorQueries(tx).start({ userId, sealedSecret }))) {
        const problem = "This account has a second factor already. Turn it off first.";
        throw new DomainError("second_factor_exists", problem);
      }
      return describeSecret(secret, { issuer, label: account.email });
    });
}

/**
 * Turns the second factor on with the first code of the authenticator app, and ends the other sessions. Returns the recovery codes, whose
 * hashes the database stores. Throws `wrong_second_factor`, `rate_limited`, `second_factor_exists` or `second_factor_missing`.
 */
export function confirmSecondFactor(deps: PartDeps) {
  const { db, clock } = deps;
  return async (caller: Caller, code: string): Promise<string[]> => {
    const { userId } = caller;
    await countCode(deps, userId);
    return db.transaction(async (tx) => {
      await requireCredential(tx, caller);
      const factor = await secondFactorQueries(tx).find(userId);
      if (factor === undefined) throw missing();
      if (factor.confirmedAt !== undefined) {
        throw new DomainError("second_factor_exists", "The second factor is on already.");
      }
      if (!(await useCode({ ...deps, db: tx }, factor, code))) throw wrongCode();
      await forgetCodes(tx, userId);
      await secondFactorQueries(tx).confirm(userId, clock());
      await endOtherSessions(tx, caller);
      await warnOfChange(deps, tx, { userId, change: "second-factor-on" });
      return renewCodes(deps, tx, userId);
    });
  };
}

/** Turns the second factor off, and ends the other sessions. Throws `wrong_password` or `second_factor_missing`. */
export function removeSecondFactor(deps: WarnDeps & Pick<Deps, "db">) {
  return (owner: Owner): Promise<void> =>
    deps.db.transaction(async (tx) => {
      await requireOwner(tx, owner);
      const { userId } = owner.caller;
      if (!(await secondFactorQueries(tx).remove(userId))) throw missing();
      await endOtherSessions(tx, owner.caller);
      await warnOfChange(deps, tx, { userId, change: "second-factor-off" });
    });
}

/** Replaces the recovery codes, and ends the other sessions. Returns the new codes. Throws `wrong_password` or `second_factor_missing`. */
export function renewRecoveryCodes(deps: PartDeps) {
  return (owner: Owner): Promise<string[]> =>
    deps.db.transaction(async (tx) => {
      await requireOwner(tx, owner);
      const { userId } = owner.caller;
      if ((await secondFactorQueries(tx).find(userId))?.confirmedAt === undefined) throw missing();
      await endOtherSessions(tx, owner.caller);
      await warnOfChange(deps, tx, { userId, change: "recovery-codes-renewed" });
      return renewCodes(deps, tx, userId);
    });
}

/**
 * Removes the second factor of a person who lost it, and ends all sessions of this person. Returns false if the person has no second
 * factor.
 */
export function removeSecondFactorOf(deps: WarnDeps & Pick<Deps, "db">) {
  return (actor: Actor, userId: string): Promise<boolean> =>
    act(deps, actor, async (tx, { log }) => {
      const wasOn = await secondFactorQueries(tx).remove(userId);
      if (!wasOn) return false;
      await accountQueries(tx).endSessions(userId);
      await warnOfChange(deps, tx, { userId, change: "second-factor-off" });
      await log("person.second_factor_removed", userId);
      return true;
    });
}

async function renewCodes(deps: PartDeps, tx: Tx, userId: string): Promise<string[]> {
  const codes = makeRecoveryCodes(deps);
  await secondFactorQueries(tx).replaceRecoveryCodes(
    userId,
    codes.map((code) => hashRecoveryCode(code) as string),
  );
  return codes;
}

function missing(): DomainError {
  return new DomainError("second_factor_missing", "This account has no second factor.");
}
