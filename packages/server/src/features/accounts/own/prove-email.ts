import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { orOverLimit, queueMail } from "../../outbox/queue-mail.ts";
import { lookupQueries } from "../../people/lookups.ts";
import { isProven, provenEmailOf } from "../../people/people.ts";
import { credentialQueries } from "../../people/revocation.ts";
import { claimInvitations } from "../../sharing/invitations/claim.ts";
import type { Identity } from "../../sharing/invitations/remember-person.ts";
import { rememberPersonIn } from "../../sharing/invitations/remember-person.ts";
import { accountQueries } from "../queries.ts";
import { findAccountLink, linkInvalid } from "./account-links.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newId" | "mail">;

/**
 * Records the person who has an account. A new person gets a mail with a link that proves the email address. The caller may have read the
 * account before a change of its email address, so this function reads the email address again.
 */
export function rememberAccount(deps: PartDeps) {
  const { db, clock, mail } = deps;
  return async (person: Identity): Promise<void> => {
    const { id: userId } = person;
    await db.transaction(async (tx) => {
      // A change of the email address takes the same lock, so it can't run between the read and the write.
      await credentialQueries(tx).lock(userId);
      const email = (await accountQueries(tx).find(userId))?.email;
      if (email === undefined) return;
      const emailProvenBy = email === person.email ? person.emailProvenBy : undefined;
      const isWelcome = mail !== undefined && emailProvenBy === undefined && !(await lookupQueries(tx).person(userId));
      await rememberPersonIn(tx, { ...person, email, emailProvenBy }, clock());
      if (isWelcome) await queueMail(deps, tx, { kind: "email-proof", userId, email }).catch(orOverLimit);
    });
    mail?.onQueued();
    await claimInvitations(deps, userId);
  };
}

/**
 * Queues a mail with a link that proves the email address of the caller. Does nothing if the email address is already proven.
 * Throws `mail_disabled`, `rate_limited`, and `user_not_found` for a caller without an account.
 */
export function requestEmailProof(deps: PartDeps) {
  const { db, mail } = deps;
  return async ({ userId }: Caller): Promise<void> => {
    if (mail === undefined) throw new DomainError("mail_disabled", "This service sends no mails.");
    const account = await accountQueries(db).find(userId);
    if (account === undefined)
      throw new DomainError("user_not_found", "Only a person who has an account in this service can do this.");
    const { email } = account;
    if (await isProven(db, account)) return;
    await db.transaction((tx) => queueMail(deps, tx, { kind: "email-proof", userId, email }));
    mail.onQueued();
  };
}

/**
 * Proves the email address of the caller with a link from a mail. The link works only for the account that it was made for. A stranger may
 * have signed up with the email address of another person. If this person opens the link, the account of the stranger stays unproven.
 * Throws `account_link_invalid`, and `access_denied` for another account.
 */
export function proveEmail({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async ({ userId }: Caller, token: string): Promise<void> => {
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
    await claimInvitations({ db, clock }, userId);
  };
}

/** Returns whether the email address of the caller is proven. */
export function hasProvenEmail({ db }: Pick<Deps, "db">) {
  return async ({ userId }: Caller): Promise<boolean> => (await provenEmailOf(db, userId)) !== undefined;
}
