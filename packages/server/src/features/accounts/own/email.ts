import type { Tx } from "../../../platform/database/queries.ts";
import type { EmailProof } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../../platform/limits/in-database.ts";
import type { Caller } from "../../access/caller.ts";
import { orOverLimit, queueMail, queueMailIfOn } from "../../outbox/queue-mail.ts";
import { type Actor, act } from "../../people/administrators.ts";
import { isProven, provenEmailOf } from "../../people/index.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { normaliseEmail } from "../../people/person.ts";
import { credentialQueries } from "../../people/queries.ts";
import { requireCredential } from "../../people/revocation.ts";
import { giveWaitingShares } from "../../sharing/accept-invitation.ts";
import { type Identity, rememberPersonIn } from "../../sharing/sign-up.ts";
import { accountQueries } from "../queries/accounts.ts";
import { findAccountLink, isOfPassword, linkInvalid, passwordMarkOf } from "./account-links.ts";
import { type Owner, requireOwner, warnOfChange } from "./owner.ts";

/** Limits how many mails to new email addresses one account can cause. */
const LIMIT: WindowLimit = { name: "email change", max: 5, windowMs: 3_600_000 };
const PROBLEM = "You asked for several changes already. Wait until Retry-After has passed, then try again.";

export function createEmails(deps: Deps) {
  const { db, clock, mail } = deps;
  return {
    /**
     * Queues a mail to the new email address. The link in the mail proves the new email address and changes the account. Neither the
     * response nor its duration reveals whether another account has the email address. In this case, the worker sends no mail. Throws
     * `mail_disabled`, `wrong_password`, `rate_limited`, and `invalid_request` if the account already has this email address.
     */
    async requestEmailChange(owner: Owner, newEmail: string): Promise<void> {
      if (mail === undefined) {
        const problem = "This service sends no mails. Its operator can change your email address with a command.";
        throw new DomainError("mail_disabled", problem);
      }
      const { userId } = owner.caller;
      const email = normaliseEmail(newEmail);
      if ((await accountQueries(db).find(userId))?.email === email) {
        throw invalidRequest("This is the email address of the account already.");
      }
      await takeFromWindow(deps, { limit: LIMIT, holder: userId, amount: 1, problem: PROBLEM });
      const passwordMark = passwordMarkOf(owner.passwordHash);
      await db.transaction(async (tx) => {
        await requireOwner(tx, owner);
        // A mail over the limit causes no error, because an error would reveal that the service sent other mails to this address.
        await queueMail(deps, tx, { kind: "email-change", userId, email, passwordMark }).catch(orOverLimit);
      });
    },

    /**
     * Changes the email address of the caller with a link from a mail to the new email address. The link works only for the account that
     * requested it, and only while this account has the same password. Queues a mail to the old and to the new email address. Throws
     * `account_link_invalid`, `access_denied` for another account, and `email_taken` if another account got the email address meanwhile.
     */
    async confirmEmailChange(caller: Caller, token: string): Promise<void> {
      const { userId } = caller;
      await db.transaction(async (tx) => {
        await requireCredential(tx, caller);
        const link = await findAccountLink({ db: tx, clock }, { kind: "email-change", token });
        if (link.userId !== userId) {
          throw new DomainError("access_denied", "This link is for another account. Sign in to that account first.");
        }
        const passwordHash = (await accountQueries(tx).find(userId))?.passwordHash;
        if (passwordHash === undefined || !isOfPassword(link, passwordHash) || link.sentTo === undefined) {
          throw linkInvalid();
        }
        if (!(await accountQueries(tx).removeLink(link.tokenHash))) throw linkInvalid();
        await changeEmail(deps, tx, { userId, email: link.sentTo, provenBy: "mail" });
      });
      mail?.onQueued();
      await giveWaitingShares(deps, userId);
    },

    /** Changes the email address of an account for the operator, and marks it as proven. Throws `user_not_found` or `email_taken`. */
    async changeEmailOf(actor: Actor, userId: string, newEmail: string): Promise<void> {
      await act(deps, actor, async (tx, { log }) => {
        await changeEmail(deps, tx, { userId, email: normaliseEmail(newEmail), provenBy: "operator" });
        await log("person.email_changed", userId);
      });
      deps.mail?.onQueued();
      await giveWaitingShares(deps, userId);
    },

    /**
     * Records the person of an account. A new person gets a mail with a link that proves the email address. The function reads the email
     * address again, because it may have changed since the caller of the function read the account.
     */
    async rememberAccount(person: Identity): Promise<void> {
      const { id: userId } = person;
      await db.transaction(async (tx) => {
        // A change of the email address takes the same lock, so it can't run between the following read and the write.
        await credentialQueries(tx).lock(userId);
        const email = (await accountQueries(tx).find(userId))?.email;
        if (email === undefined) return;
        const emailProvenBy = email === person.email ? person.emailProvenBy : undefined;
        const isWelcome =
          mail !== undefined && emailProvenBy === undefined && !(await lookupQueries(tx).person(userId));
        await rememberPersonIn(tx, { ...person, email, emailProvenBy }, clock());
        if (isWelcome) await queueMail(deps, tx, { kind: "email-proof", userId, email }).catch(orOverLimit);
      });
      mail?.onQueued();
      await giveWaitingShares(deps, userId);
    },

    /**
     * Queues a mail with a link that proves the email address of the caller. Does nothing if the email address is already proven. Throws
     * `mail_disabled`, `rate_limited`, and `user_not_found` for a caller without an account.
     */
    async requestEmailProof({ userId }: Caller): Promise<void> {
      if (mail === undefined) throw new DomainError("mail_disabled", "This service sends no mails.");
      const account = await accountQueries(db).find(userId);
      if (account === undefined)
        throw new DomainError("user_not_found", "Only a person who has an account in this service can do this.");
      const { email } = account;
      if (await isProven(db, account)) return;
      await db.transaction((tx) => queueMail(deps, tx, { kind: "email-proof", userId, email }));
      mail.onQueued();
    },

    /**
     * Proves the email address of the caller with a link from a mail. The link works only for the account that it was made for. A stranger
     * may have signed up with the email address of another person. If this person opens the link, the account of the stranger stays
     * unproven. Throws `account_link_invalid`, and `access_denied` for another account.
     */
    async proveEmail({ userId }: Caller, token: string): Promise<void> {
      await db.transaction(async (tx) => {
        const link = await findAccountLink({ db: tx, clock }, { kind: "email-proof", token });
        if (link.userId !== userId) {
          throw new DomainError("access_denied", "This link is for another account. Sign in to that account first.");
        }
        const account = await accountQueries(tx).find(userId);
        if (account === undefined || link.sentTo !== account.email) throw linkInvalid();
        if (!(await accountQueries(tx).removeLink(link.tokenHash))) throw linkInvalid();
        const { email, name } = account;
        await rememberPersonIn(tx, { id: userId, email, emailProvenBy: "mail", name }, clock());
      });
      await giveWaitingShares({ db, clock }, userId);
    },

    async hasProvenEmail({ userId }: Caller): Promise<boolean> {
      return (await provenEmailOf(db, userId)) !== undefined;
    },
  };
}

async function changeEmail(
  deps: Deps,
  tx: Tx,
  { userId, email, provenBy }: { userId: string; email: string; provenBy: EmailProof },
): Promise<void> {
  // A password reset takes its locks in the same order, so the two transactions can't deadlock.
  await credentialQueries(tx).lock(userId);
  const account = await accountQueries(tx).find(userId);
  if (account === undefined) throw new DomainError("user_not_found", "This user has no account.");
  if (account.email === email) throw invalidRequest("This is the email address of the account already.");
  const now = deps.clock();
  await accountQueries(tx).replaceEmail(userId, { to: email, now });
  // The old email address may later belong to another person. The links in mails to the old email address must not open the account to this
  // person.
  await accountQueries(tx).deleteLinksOf(userId);
  await rememberPersonIn(tx, { id: userId, email, emailProvenBy: provenBy, name: account.name }, now);
  await queueMailIfOn(deps, tx, { kind: "email-changed", userId, email: account.email });
  await warnOfChange(deps, tx, { userId, change: "email-changed" });
}
