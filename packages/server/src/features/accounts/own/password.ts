import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
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
import { addAccountLink, findAccountLink, isOfPassword, linkInvalid, passwordMarkOf } from "./account-links.ts";
import { type Owner, warnOfChange } from "./owner.ts";

const OPERATOR_LINK_TTL_MS = 24 * 3_600_000;

export function createPasswords(deps: Deps) {
  const { db, clock, newId, mail } = deps;
  return {
    /**
     * Queues a mail with a password reset link. Does not check whether the email address has an account, so that the response and its
     * duration do not reveal accounts. The mail worker checks this later, and sends no mail to an email address without an account. Throws
     * `mail_disabled`.
     */
    async requestPasswordReset(email: string): Promise<void> {
      if (mail === undefined) {
        throw new DomainError("mail_disabled", "This service sends no mails. Its operator can make a link for you.");
      }
      // An exceeded limit of mails causes no error, because an error would reveal to a stranger that somebody has already requested a link.
      // The worker does not start now, because it would delay the response.
      await db.transaction((tx) =>
        queueMail(deps, tx, { kind: "password-reset", email: normaliseEmail(email) }).catch(orOverLimit),
      );
    },

    /**
     * Creates a password reset link, which the operator or an administrator gives to the person. The link works for 24 hours. Only the
     * operator can create a link for an administrator, so that a thief with an administrator's API token can't take over the account.
     * Throws `user_not_found`, `access_denied` (also for a disabled user), and `invalid_request` for an account without a password.
     */
    makeResetLink(actor: Actor, userId: string): Promise<{ token: string; expiresAt: number }> {
      return act(deps, actor, async (tx, { log, now }) => {
        const account = await accountQueries(tx).find(userId);
        if (account === undefined) throw new DomainError("user_not_found", "This user has no account with a password.");
        const { passwordHash } = account;
        if (passwordHash === undefined) {
          throw invalidRequest("This account has no password. It signs in with the identity provider.");
        }
        await requireEnabled({ db: tx })(userId);
        if (actor !== undefined && (await lookupQueries(tx).person(userId))?.isAdmin === true) {
          const problem = "Only the operator makes a new password for an administrator, with valetkey user reset.";
          throw new DomainError("access_denied", problem);
        }
        const passwordMark = passwordMarkOf(passwordHash);
        const link = { kind: "password-reset", userId, sentTo: undefined, passwordMark } as const;
        const token = await addAccountLink(deps, tx, { ...link, ttlMs: OPERATOR_LINK_TTL_MS });
        await log("person.reset_link_made", userId);
        return { token, expiresAt: now + OPERATOR_LINK_TTL_MS };
      });
    },

    /** Returns the email address of the account for a reset link, and does not use up the link. Throws `account_link_invalid`. */
    async checkResetLink(token: string): Promise<{ email: string }> {
      const { account } = await findReset(deps, token);
      return { email: account.email };
    },

    /**
     * Replaces the password of the account that a reset link is for, and ends all sessions. Only one of several requests with the same link
     * succeeds. A link from a mail proves the email address. For an account without a proven email address, which a stranger may have made,
     * the reset also removes the links, second factor, API tokens, passkeys and webhooks.
     * `revokeApiTokens`: also removes API tokens, passkeys and webhooks. `isMailed`: the link came from a mail, and not from the operator
     * or an administrator. `hasSecondFactor`: the account still has a second factor, so a sign-in needs more than the new password. Throws
     * `account_link_invalid`.
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
     * The sessions end after the new hash is stored, because a sign-in with the old password may run at the same time. This sign-in waits
     * in `hasPassword` for this transaction and fails, or has already stored its session, which then ends too.
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
  };
}

async function findReset({ db, clock }: Pick<Deps, "clock"> & { db: Tx }, token: string) {
  const link = await findAccountLink({ db, clock }, { kind: "password-reset", token });
  const account = await accountQueries(db).find(link.userId);
  const passwordHash = account?.passwordHash;
  // If the email address of the account changed while the service sent the mail, the link went to the old email address.
  const isMisdirected = link.sentTo !== undefined && link.sentTo !== account?.email;
  const isOutdated = passwordHash === undefined || !isOfPassword(link, passwordHash) || isMisdirected;
  if (account === undefined || isOutdated || (await lookupQueries(db).isDisabled(link.userId))) throw linkInvalid();
  return { link, account: { ...account, passwordHash } };
}

/**
 * Removes the API tokens, passkeys and webhooks of a user, which would still work after a password change.
 * The caller must hold the lock of the user, so that the function also removes a token or passkey of a simultaneous request. The caller
 * must end the sessions afterwards, because a sign-in with a passkey stores its session before it records the use of the passkey.
 */
async function revokeAccess(tx: Tx, userId: string): Promise<void> {
  await credentialQueries(tx).deleteTokens(userId);
  await passkeyQueries(tx).removeAll(userId);
  await webhookQueries(tx).deleteAllOf(userId);
}
