import { createHash } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { openSecret, sealSecret } from "../../../platform/crypto/secrets.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import {
  limitCountQueries,
  takeFromWindow,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import type { Caller } from "../../access/caller.ts";
import { type Actor, act } from "../../people/administrators.ts";
import { requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries/accounts.ts";
import { type SecondFactor, secondFactorQueries } from "../queries/factors.ts";
import { endOtherSessions, type Owner, requireOwner, warnOfChange } from "./owner.ts";

export function createSecondFactors(deps: Deps) {
  const { db, clock, newSecret, linkKeys } = deps;
  return {
    async getSecondFactor({ userId }: Caller): Promise<{ isOn: boolean; recoveryCodesLeft: number }> {
      const isOn = (await secondFactorQueries(db).find(userId))?.confirmedAt !== undefined;
      return { isOn, recoveryCodesLeft: isOn ? await secondFactorQueries(db).countRecoveryCodes(userId) : 0 };
    },

    /**
     * Creates the secret for an authenticator app. A sign-in asks for codes of the app only after `confirmSecondFactor`. `issuer`: the name
     * of the service in the app. Throws `second_factor_exists`, `wrong_password`, and `user_not_found` for a caller without an account.
     */
    startSecondFactor(owner: Owner, { issuer }: { issuer: string }): Promise<{ secret: string; url: string }> {
      return db.transaction(async (tx) => {
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
    },

    /**
     * Turns the second factor on with the first code of the authenticator app, and ends the other sessions. Returns the recovery codes. The
     * database stores only their hashes. Throws `wrong_second_factor`, `rate_limited`, `second_factor_exists` or `second_factor_missing`.
     */
    async confirmSecondFactor(caller: Caller, code: string): Promise<string[]> {
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
    },

    /** Turns the second factor off, and ends the other sessions. Throws `wrong_password` or `second_factor_missing`. */
    removeSecondFactor(owner: Owner): Promise<void> {
      return deps.db.transaction(async (tx) => {
        await requireOwner(tx, owner);
        const { userId } = owner.caller;
        if (!(await secondFactorQueries(tx).remove(userId))) throw missing();
        await endOtherSessions(tx, owner.caller);
        await warnOfChange(deps, tx, { userId, change: "second-factor-off" });
      });
    },

    /**
     * Replaces the recovery codes, and ends the other sessions. Returns the new codes. Throws `wrong_password` or `second_factor_missing`.
     */
    renewRecoveryCodes(owner: Owner): Promise<string[]> {
      return deps.db.transaction(async (tx) => {
        await requireOwner(tx, owner);
        const { userId } = owner.caller;
        if ((await secondFactorQueries(tx).find(userId))?.confirmedAt === undefined) throw missing();
        await endOtherSessions(tx, owner.caller);
        await warnOfChange(deps, tx, { userId, change: "recovery-codes-renewed" });
        return renewCodes(deps, tx, userId);
      });
    },

    /** Removes the second factor of a person who lost it, and ends all sessions. Returns false if the person has none. */
    removeSecondFactorOf(actor: Actor, userId: string): Promise<boolean> {
      return act(deps, actor, async (tx, { log }) => {
        const wasOn = await secondFactorQueries(tx).remove(userId);
        if (!wasOn) return false;
        await accountQueries(tx).endSessions(userId);
        await warnOfChange(deps, tx, { userId, change: "second-factor-off" });
        await log("person.second_factor_removed", userId);
        return true;
      });
    },
  };
}

async function renewCodes(deps: Deps, tx: Tx, userId: string): Promise<string[]> {
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

/**
 * Limits how many codes a person can try for one account. At any time, three of a million codes are right. A thief with the password must
 * try codes for over two years to succeed with a probability of 50 %.
 */
const LIMIT: WindowLimit = { name: "second factor", max: 10, windowMs: 3_600_000 };
const PROBLEM = "Too many wrong codes for this account. Wait until Retry-After has passed, then try again.";
const APP_CODE = /^\d{6}$/;

/**
 * Checks the second factor of a sign-in: a code of the authenticator app, or a recovery code. Does nothing if the account has no second
 * factor. Throws `second_factor_required`, `wrong_second_factor` or `rate_limited`.
 */
export function checkSecondFactor(deps: Deps) {
  const { db } = deps;
  return async (userId: string, code: string | undefined): Promise<void> => {
    const factor = await secondFactorQueries(db).find(userId);
    if (factor?.confirmedAt === undefined) return;
    if (code === undefined) {
      const problem = "This account has a second factor. Send a code of the authenticator app, or a recovery code.";
      throw new DomainError("second_factor_required", problem);
    }
    await countCode(deps, userId);
    const hash = hashRecoveryCode(code);
    const isRight =
      hash === undefined
        ? await useCode(deps, factor, code)
        : await secondFactorQueries(db).useRecoveryCode(userId, hash);
    if (!isRight) throw wrongCode();
    await forgetCodes(db, userId);
  };
}

/** Counts a code before the service checks it, so that parallel tries can't exceed the limit. Throws `rate_limited`. */
async function countCode(deps: Pick<Deps, "db" | "clock">, userId: string): Promise<void> {
  await takeFromWindow(deps, { limit: LIMIT, holder: userId, amount: 1, problem: PROBLEM });
}

function forgetCodes(tx: Tx, userId: string): Promise<void> {
  return limitCountQueries(tx).reset(windowKey(LIMIT, userId));
}

/**
 * Uses up a code of the authenticator app. Returns false if the code is wrong, expired or already used. Also encrypts the secret of the app
 * with the current key, so that the operator can later remove an earlier AUTH_SECRET.
 */
export async function useCode(
  { db, clock, linkKeys }: Pick<Deps, "clock" | "linkKeys"> & { db: Tx },
  { userId, sealedSecret }: SecondFactor,
  code: string,
): Promise<boolean> {
  const digits = code.replaceAll(/\s/g, "");
  const secret = openSecret(linkKeys.secondFactors, userId, sealedSecret);
  if (!APP_CODE.test(digits) || secret === undefined) return false;
  const step = stepOfCode(secret, { code: digits, now: clock() });
  if (step === undefined) return false;
  return secondFactorQueries(db).useStep(userId, {
    step,
    sealedSecret: sealSecret(linkKeys.secondFactors, userId, secret),
  });
}

export function wrongCode(): DomainError {
  return new DomainError("wrong_second_factor", "The code is wrong, has expired, or was used. Send the next one.");
}

/** Every authenticator app supports these settings, and some apps support no other settings. */
const SETTINGS = { algorithm: "SHA1", digits: 6, period: 30 } as const;

/** How many time steps the clock of the phone may be wrong. A time step has 30 seconds. */
const WINDOW = 1;
const SECRET_BYTES = 20;

/** Returns the time step of a code (RFC 6238 section 4.2). Returns undefined if the code is wrong or expired. */
function stepOfCode(secret: Uint8Array, { code, now }: { code: string; now: number }): number | undefined {
  const totp = new TOTP({ ...SETTINGS, secret: toSecret(secret) });
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}

/** Returns the secret as a text to type and as a URL for a QR code. The authenticator app shows `issuer` and `label`. */
function describeSecret(secret: Uint8Array, name: { issuer: string; label: string }) {
  const totp = new TOTP({ ...SETTINGS, ...name, secret: toSecret(secret) });
  return { secret: totp.secret.base32, url: totp.toString() };
}

function toSecret(secret: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}

const RECOVERY_CODES = 10;

/** The number of random bytes in a recovery code. A code has 80 random bits, so a fast hash without a salt is enough. */
const RECOVERY_CODE_BYTES = 10;
const RECOVERY_CODE = /^[A-Z2-7]{16}$/;

/** Creates ten codes such as `ABCD-EFGH-IJKL-MNOP`. A person can enter each code once, instead of a code of the authenticator app. */
function makeRecoveryCodes({ newSecret }: Pick<Deps, "newSecret">): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const bytes = new Uint8Array(Buffer.from(newSecret(), "base64url").subarray(0, RECOVERY_CODE_BYTES));
    const text = new Secret({ buffer: bytes.buffer }).base32;
    return (text.match(/.{4}/g) ?? []).join("-");
  });
}

/** Computes the hash of a typed recovery code. Accepts lower case, spaces and dashes. Returns undefined for a text of another form. */
function hashRecoveryCode(code: string): string | undefined {
  const plain = code.replace(/[\s-]/g, "").toUpperCase();
  return RECOVERY_CODE.test(plain) ? createHash("sha256").update(plain).digest("base64url") : undefined;
}
