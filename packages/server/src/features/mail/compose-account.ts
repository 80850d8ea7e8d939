import type { Deps } from "../../platform/deps.ts";
import { accountLinkUrl, addAccountLink, passwordMarkOf } from "../accounts/own/account-links.ts";
import { hasPassword } from "../accounts/own/owner.ts";
import { accountQueries } from "../accounts/queries/accounts.ts";
import type { AccountChange, NewSignIn } from "../outbox/mail.ts";
import { isProven } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { disabledUserQueries, peopleQueries } from "../people/queries.ts";
import { type Composed, compose, hostOf, inUtc, mailTexts, nameOf, type Service } from "./template.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newSecret"> & Service;

const RESET_TTL_MS = 3_600_000;
const PROOF_TTL_MS = 3 * 86_400_000;
const CHANGE_TTL_MS = 86_400_000;

/** Returns the texts for a user in the language of the user. Returns undefined if the user does not exist. */
export async function textsFor({ db }: Pick<Deps, "db">, userId: string | undefined) {
  return mailTexts(userId === undefined ? undefined : await peopleQueries(db).languageOf(userId));
}

export async function composeReset(deps: PartDeps, { email }: { email: string }): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const account = await accountQueries(db).findByEmail(email);
  const passwordHash = account?.passwordHash;
  if (account === undefined || passwordHash === undefined || (await lookupQueries(db).isDisabled(account.userId)))
    return undefined;
  const words = await textsFor(deps, account.userId);
  const link = { kind: "password-reset", userId: account.userId, sentTo: email, passwordHash } as const;
  const token = await addAccountLink(deps, db, { ...link, ttlMs: RESET_TTL_MS });
  return compose(
    { ...deps, words },
    {
      secrets: [token],
      subject: words.reset.subject,
      intro: [words.reset.intro(hostOf(publicUrl))],
      button: { label: words.reset.button, url: accountLinkUrl(publicUrl, { kind: "password-reset", token }) },
      outro: [words.reset.life, words.reset.ignore],
      reason: words.reasons.entered(hostOf(deps.publicUrl)),
    },
  );
}

export async function composeProof(
  deps: PartDeps,
  { email, userId }: { email: string; userId: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const account = await accountQueries(db).find(userId);
  if (account === undefined || account.email !== email) return undefined;
  if ((await isProven(db, account)) || (await lookupQueries(db).isDisabled(userId))) return undefined;
  const words = await textsFor(deps, userId);
  const token = await addAccountLink(deps, db, { kind: "email-proof", userId, sentTo: email, ttlMs: PROOF_TTL_MS });
  return compose(
    { ...deps, words },
    {
      secrets: [token],
      subject: words.proof.subject,
      intro: [words.proof.intro(email, hostOf(publicUrl))],
      button: { label: words.proof.button, url: accountLinkUrl(publicUrl, { kind: "email-proof", token }) },
      outro: [words.proof.life, words.proof.ignore],
      reason: words.reasons.account(hostOf(deps.publicUrl)),
    },
  );
}

export async function composeEmailChange(
  deps: PartDeps,
  { email, userId, passwordMark }: { email: string; userId: string; passwordMark: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const passwordHash = (await accountQueries(db).find(userId))?.passwordHash;
  if (passwordHash === undefined || passwordMarkOf(passwordHash) !== passwordMark) return undefined;
  if (await lookupQueries(db).isDisabled(userId)) return undefined;
  // If another account has this email address, the service sends no mail. The person who requested the change must not learn about the
  // other account.
  if ((await accountQueries(db).findByEmail(email)) !== undefined) return undefined;
  const words = await textsFor(deps, userId);
  const link = { kind: "email-change", userId, sentTo: email, passwordMark } as const;
  const token = await addAccountLink(deps, db, { ...link, ttlMs: CHANGE_TTL_MS });
  return compose(
    { ...deps, words },
    {
      secrets: [token],
      subject: words.emailChange.subject,
      intro: [words.emailChange.intro(email, hostOf(publicUrl))],
      button: { label: words.emailChange.button, url: accountLinkUrl(publicUrl, { kind: "email-change", token }) },
      outro: [words.emailChange.life, words.emailChange.ignore],
      reason: words.reasons.entered(hostOf(deps.publicUrl)),
    },
  );
}

export async function composeEmailChanged(deps: PartDeps, { userId }: { userId?: string }): Promise<Composed> {
  const words = await textsFor(deps, userId);
  return compose(
    { ...deps, words },
    {
      subject: words.emailChanged.subject,
      intro: [words.emailChanged.intro(hostOf(deps.publicUrl))],
      button: { label: words.openService(nameOf(deps)), url: pageUrl(deps, "/") },
      advice: words.emailChanged.advice,
      outro: [],
      reason: words.reasons.former(hostOf(deps.publicUrl)),
    },
  );
}

/** Makes the mail about a closed account. Returns undefined if the owner has already cancelled the deletion. */
export async function composeAccountClosed(
  deps: PartDeps,
  { userId }: { userId: string },
): Promise<Composed | undefined> {
  const deletion = await disabledUserQueries(deps.db).findDeletion(userId);
  if (deletion?.isByOwner !== true) return undefined;
  const words = await textsFor(deps, userId);
  const { subject, intro, keep, button, advice } = words.closed;
  return compose(
    { ...deps, words },
    {
      subject,
      intro: [intro(hostOf(deps.publicUrl), inUtc(deletion.deleteAt, words)), keep],
      button: { label: button, url: pageUrl(deps, "/") },
      advice,
      outro: [],
      reason: words.reasons.account(hostOf(deps.publicUrl)),
    },
  );
}

/**
 * Makes the mail about a change of an account, even after a closure or another change of the account. An attacker who took over the account
 * therefore can't prevent the mail.
 */
export async function composeAccountChanged(
  deps: PartDeps,
  { userId, change, at }: { userId: string; change: AccountChange; at: number },
): Promise<Composed> {
  const words = await textsFor(deps, userId);
  const { subject, text } = words.changed[change](hostOf(deps.publicUrl));
  // The settings ask for the password, and the owner may not know the new password. So a mail about a new password has no link to the
  // settings.
  const isOfPassword = change === "password-changed" || change === "password-reset";
  return compose(
    { ...deps, words },
    {
      subject,
      intro: [text],
      facts: [{ label: words.time, value: inUtc(at, words) }],
      button: isOfPassword
        ? { label: words.choosePassword, url: pageUrl(deps, "/forgot-password") }
        : { label: words.openSettings, url: pageUrl(deps, "/settings") },
      advice: isOfPassword ? words.passwordAdvice : words.changeAdvice,
      outro: [],
      reason: words.reasons.account(hostOf(deps.publicUrl)),
    },
  );
}

export async function composeNewSignIn(
  deps: PartDeps,
  { userId, signIn }: { userId: string; signIn: NewSignIn },
): Promise<Composed> {
  const words = await textsFor(deps, userId);
  const { newSignIn } = words;
  const { browser = newSignIn.unknown, system, ip, at } = signIn;
  const signsInHere = await hasPassword(deps)({ userId });
  return compose(
    { ...deps, words },
    {
      subject: newSignIn.subject,
      intro: [newSignIn.intro(hostOf(deps.publicUrl))],
      facts: [
        { label: words.time, value: inUtc(at, words) },
        { label: newSignIn.browser, value: system === undefined ? browser : newSignIn.device(browser, system) },
        ...(ip === undefined ? [] : [{ label: newSignIn.ip, value: ip }]),
      ],
      button: { label: newSignIn.button, url: pageUrl(deps, "/settings") },
      advice: signsInHere ? newSignIn.advice : newSignIn.providerAdvice,
      outro: [newSignIn.fine],
      reason: words.reasons.account(hostOf(deps.publicUrl)),
    },
  );
}

function pageUrl({ publicUrl }: PartDeps, path: string): string {
  return new URL(publicUrl).origin + path;
}
