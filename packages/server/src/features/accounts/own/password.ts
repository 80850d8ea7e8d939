import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import {
  limitCountQueries,
  takeFromWindow,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import { revokeLinksOf } from "../../links/owner/change.ts";
import { orOverLimit, queueMail } from "../../outbox/queue-mail.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";
import { type Actor, act } from "../../people/administrators.ts";
import { isProven } from "../../people/index.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { normaliseEmail } from "../../people/person.ts";
import { credentialQueries } from "../../people/queries.ts";
import { requireCredential, requireEnabled } from "../../people/revocation.ts";
import { giveWaitingShares } from "../../sharing/accept-invitation.ts";
import { rememberPersonIn } from "../../sharing/sign-up.ts";
import { accountQueries } from "../queries/accounts.ts";
import { passkeyQueries, secondFactorQueries } from "../queries/factors.ts";
import { addAccountLink, findAccountLink, isOfPassword, linkInvalid } from "./account-links.ts";
import { type Owner, warnOfChange } from "./owner.ts";

const OPERATOR_LINK_TTL_MS = 24 * 3_600_000;

/** Creates the use cases for passwords. */
export function createPasswords(deps: Deps) {
  const { db, clock, newId, mail } = deps;
  return {
    /**
     * Queues a mail with a link for a new password. Does not check whether the email address has an account, so the response and its
     * duration do not show this. The worker that sends mails checks this in its next round. If the email address has no account, the worker
     * sends no mail.
     * Throws `mail_disabled`.
     */
    async requestPasswordReset(email: string): Promise<void> {
      if (mail === undefined) {
        throw new DomainError("mail_disabled", "This service sends no mails. Its operator can make a link for you.");
      }
      // If a limit of mails is exceeded, sends no mail and throws no error. An error would show a stranger that somebody has already asked
      // for a link.
      // Does not start the worker that sends mails, because its work would delay the response.
      await db.transaction((tx) =>
        queueMail(deps, tx, { kind: "password-reset", email: normaliseEmail(email) }).catch(orOverLimit),
      );
    },

    /**
     * Makes a link for a new password. The operator or an administrator gives the link to the person. The link works for 24 hours. Only the
     * operator can make a link for an administrator. A thief with an administrator's API token can't take over such an account.
     * Throws `user_not_found`, `access_denied` (also if the user is disabled), and `invalid_request` for an account without a password.
     */
    makeResetLink(actor: Actor, userId: string): Promise<{ token: string; expiresAt: number }> {
      return act(deps, actor, async (tx, { log, now }) => {
        const account = await accountQueries(tx).find(userId);
        if (account === undefined) throw new DomainError("user_not_found", "This user has no account with a password.");
        const { passwordHash } = account;
        if (passwordHash === undefined) {
          const problem = "This account has no password. It signs in with the identity provider.";
          throw new DomainError("invalid_request", problem);
        }
        await requireEnabled({ db: tx })(userId);
        if (actor !== undefined && (await lookupQueries(tx).person(userId))?.isAdmin === true) {
          const problem = "Only the operator makes a new password for an administrator, with valetkey user reset.";
          throw new DomainError("access_denied", problem);
        }
        const link = { kind: "password-reset", userId, sentTo: undefined, passwordHash } as const;
        const token = await addAccountLink(deps, tx, { ...link, ttlMs: OPERATOR_LINK_TTL_MS });
        await log("person.reset_link_made", userId);
        return { token, expiresAt: now + OPERATOR_LINK_TTL_MS };
      });
    },

    /**
     * Returns the email address of the account that a link for a new password belongs to. The link still works afterwards.
     * Throws `account_link_invalid`.
     */
    async checkResetLink(token: string): Promise<{ email: string }> {
      const { account } = await findReset(deps, token);
      return { email: account.email };
    },

    /**
     * Replaces the password with a link, and ends all sessions. If several HTTP requests use the same link, only one of them succeeds.
     * A link that was sent by mail proves the email address. If the email address was not proven before, a stranger may have made the
     * account. In that case, the links, second factor, API tokens, passkeys and webhooks of the account are removed too. `revokeApiTokens`:
     * also removes API tokens, passkeys and webhooks. `isMailed`: the link came from a mail, and not from the operator or an administrator.
     * `hasSecondFactor`: the account still has a second factor, so a sign-in needs more than the new password.
     * Throws `account_link_invalid`.
     */
    async resetPassword(input: {
      token: string;
      passwordHash: string;
      revokeApiTokens: boolean;
    }): Promise<{ userId: string; isMailed: boolean; hasSecondFactor: boolean }> {
      const reset = await db.transaction(async (tx) => {
        const { link, account } = await findReset({ db: tx, clock }, input.token);
        const { userId, email, name } = account;
        await credentialQueries(tx).lock(userId);
        const change = { from: account.passwordHash, to: input.passwordHash, now: clock() };
        const isReplaced = await accountQueries(tx).replacePassword(userId, change);
        if (!isReplaced || !(await accountQueries(tx).removeLink(link.tokenHash))) throw linkInvalid();
        const isProof = link.sentTo === email;
        const mayBeSquatted = isProof && !(await isProven(tx, account));
        if (isProof) await rememberPersonIn(tx, { id: userId, email, emailProvenBy: "mail", name }, clock());
        if (mayBeSquatted) {
          await revokeLinksOf({ clock, newId }, tx, { userId });
          await secondFactorQueries(tx).remove(userId);
        }
        if (mayBeSquatted || input.revokeApiTokens) await revokeAccess(tx, userId);
        await accountQueries(tx).endSessions(userId);
        await warnOfChange(deps, tx, { userId, change: "password-reset" });
        const hasSecondFactor = (await secondFactorQueries(tx).find(userId))?.confirmedAt !== undefined;
        return { userId, isMailed: link.sentTo !== undefined, hasSecondFactor };
      });
      await giveWaitingShares({ db, clock }, reset.userId);
      return reset;
    },

    /**
     * Replaces the password of the caller and ends all sessions, including the session of the request. `revokeApiTokens`: also removes API
     * tokens, passkeys and webhooks. Throws `access_denied` or `wrong_password`.
     * The sessions end only after the new hash is stored, because a sign-in with the old password may run at the same time. The sign-in
     * waits for this transaction (`hasPassword`) and fails, or its session is already stored and ends with the others.
     */
    changePassword(owner: Owner, { to, revokeApiTokens }: { to: string; revokeApiTokens: boolean }): Promise<void> {
      return db.transaction(async (tx) => {
        const { caller, passwordHash: from } = owner;
        const { userId } = caller;
        await credentialQueries(tx).lock(userId);
        await requireCredential(tx, caller);
        if (!(await accountQueries(tx).replacePassword(userId, { from, to, now: clock() }))) {
          throw new DomainError("wrong_password", "The password of this account has just changed. Try again.");
        }
        if (revokeApiTokens) await revokeAccess(tx, userId);
        await accountQueries(tx).endSessions(userId);
        await warnOfChange(deps, tx, { userId, change: "password-changed" });
      });
    },

    /**
     * Counts a password before it is checked, so that parallel guesses can't exceed the limit.
     * `account`: the name that the person typed, even if no such account exists. Throws `rate_limited`.
     */
    async countPasswordGuess(account: string): Promise<void> {
      await takeFromWindow(deps, { limit: GUESSES, holder: account, amount: 1, problem: TOO_MANY_GUESSES });
    },

    /** Sets the count of guesses to 0 after a right password. */
    forgetPasswordGuesses(account: string): Promise<void> {
      return limitCountQueries(db).reset(windowKey(GUESSES, account));
    },
  };
}

async function findReset({ db, clock }: Pick<Deps, "clock"> & { db: Tx }, token: string) {
  const link = await findAccountLink({ db, clock }, { kind: "password-reset", token });
  const account = await accountQueries(db).find(link.userId);
  const passwordHash = account?.passwordHash;
  // The email address of the account may have changed while the mail was being written. In that case, the mail with this link was sent to
  // the old email address.
  const isMisdirected = link.sentTo !== undefined && link.sentTo !== account?.email;
  const isOutdated = passwordHash === undefined || !isOfPassword(link, passwordHash) || isMisdirected;
  if (account === undefined || isOutdated || (await lookupQueries(db).isDisabled(link.userId))) throw linkInvalid();
  return { link, account: { ...account, passwordHash } };
}

const GUESSES: WindowLimit = { name: "password", max: 10, windowMs: 15 * 60_000 };

const TOO_MANY_GUESSES =
  "Too many wrong passwords for this account. Wait until Retry-After has passed, then try again.";

/**
 * Removes the API tokens, passkeys and webhooks of a user, because they would still work after a change of the password.
 * The caller must hold the lock of the user, so that a token or passkey that is being created is also removed. The caller must end the
 * sessions after this call, and not before. The reason: a sign-in with a passkey stores its session before it records the use of the
 * passkey.
 */
async function revokeAccess(tx: Tx, userId: string): Promise<void> {
  await credentialQueries(tx).deleteTokens(userId);
  await passkeyQueries(tx).removeAll(userId);
  await webhookQueries(tx).deleteAllOf(userId);
}
