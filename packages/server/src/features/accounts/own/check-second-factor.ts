import { openSecret, sealSecret } from "../../../platform/crypto/secrets.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { takeFromWindow, type WindowLimit, windowKey } from "../../../platform/limits/in-database.ts";
import { limitCountQueries } from "../../../platform/limits/queries.ts";
import type { SecondFactor } from "../second-factor.ts";
import { secondFactorQueries } from "../second-factor-queries.ts";
import { hashRecoveryCode } from "./recovery-codes.ts";
import { stepOfCode } from "./totp.ts";

/**
 * Limits how many codes can be tried for one account. At any time, three of a million codes are right. With this limit, a stranger who
 * knows the password must guess for over two years to succeed with a probability of 50 %.
 */
const LIMIT: WindowLimit = { name: "second factor", max: 10, windowMs: 3_600_000 };
const PROBLEM = "Too many wrong codes for this account. Wait until Retry-After has passed, then try again.";
const CODE = /^\d{6}$/;

type PartDeps = Pick<Deps, "db" | "clock" | "linkKeys">;

/**
 * Checks the second factor of a sign-in: a code of the authenticator app, or a recovery code. Does nothing if the account has no second
 * factor.
 * Throws `second_factor_required`, `wrong_second_factor` or `rate_limited`.
 */
export function checkSecondFactor(deps: PartDeps) {
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

/** Counts a code before it is checked, so that parallel guesses can't exceed the limit. Throws `rate_limited`. */
export async function countCode(deps: Pick<Deps, "db" | "clock">, userId: string): Promise<void> {
  await takeFromWindow(deps, { limit: LIMIT, holder: userId, amount: 1, problem: PROBLEM });
}

/** Sets the count of tried codes to 0 after a right code. */
export function forgetCodes(tx: Tx, userId: string): Promise<void> {
  return limitCountQueries(tx).reset(windowKey(LIMIT, userId));
}

/**
 * Uses a code of the authenticator app, so that it works only once. Returns false if the code is wrong, expired or already used. Also
 * encrypts the secret of the app with the current key, so that the operator can later remove an earlier AUTH_SECRET.
 */
export async function useCode(
  { db, clock, linkKeys }: Pick<Deps, "clock" | "linkKeys"> & { db: Tx },
  { userId, sealedSecret }: SecondFactor,
  code: string,
): Promise<boolean> {
  const digits = code.replaceAll(/\s/g, "");
  const secret = openSecret(linkKeys.secondFactors, userId, sealedSecret);
  if (!CODE.test(digits) || secret === undefined) return false;
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
