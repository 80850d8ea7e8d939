import type { Deps } from "../../platform/deps.ts";
import {
  accountLinkUrl,
  addAccountLink,
  type NewAccountLink,
  type PageKind,
  passwordMarkOf,
} from "../accounts/own/account-links.ts";
import { hasPassword } from "../accounts/own/owner.ts";
import { accountQueries } from "../accounts/queries/accounts.ts";
import type { AccountChange, NewSignIn } from "../outbox/mail.ts";
import { isProven } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { disabledUserQueries, peopleQueries } from "../people/queries.ts";
import { type Composed, compose, hostOf, inUtc, mailTexts, nameOf, type Service } from "./template.ts";
import type { MailTexts } from "./texts/en.ts";

type PartDeps = Pick<Deps, "db" | "clock" | "newSecret"> & Service;

const RESET_TTL_MS = 3_600_000;
const PROOF_TTL_MS = 3 * 86_400_000;
const CHANGE_TTL_MS = 86_400_000;

/** Adds the mail texts in the language of the first of these users whose language is known. */
export async function withWords<D extends Pick<Deps, "db">>(deps: D, userIds: readonly (string | undefined)[]) {
  for (const userId of userIds) {
    const language = userId && (await peopleQueries(deps.db).languageOf(userId));
    if (language) return { ...deps, words: mailTexts(language) };
  }
  return { ...deps, words: mailTexts() };
}

export async function composeReset(deps: PartDeps, { email }: { email: string }): Promise<Composed | undefined> {
  const account = await accountQueries(deps.db).findByEmail(email);
  if (account?.passwordHash === undefined || (await lookupQueries(deps.db).isDisabled(account.userId)))
    return undefined;
  const sender = await withWords(deps, [account.userId]);
  const { reset, reasons } = sender.words;
  const host = hostOf(deps.publicUrl);
  const passwordMark = passwordMarkOf(account.passwordHash);
  const link = { kind: "password-reset", userId: account.userId, sentTo: email, passwordMark } as const;
  const text = { ...reset, intro: reset.intro(host), reason: reasons.entered(host) };
  return composeLink(sender, { ...text, link: { ...link, ttlMs: RESET_TTL_MS } });
}

export async function composeProof(
  deps: PartDeps,
  { email, userId }: { email: string; userId: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const account = await accountQueries(db).find(userId);
  if (account === undefined || account.email !== email) return undefined;
  if ((await isProven(db, account)) || (await lookupQueries(db).isDisabled(userId))) return undefined;
  const sender = await withWords(deps, [userId]);
  const { proof, reasons } = sender.words;
  const host = hostOf(publicUrl);
  const link = { kind: "email-proof", userId, sentTo: email, ttlMs: PROOF_TTL_MS } as const;
  return composeLink(sender, { ...proof, intro: proof.intro(email, host), reason: reasons.account(host), link });
}

export async function composeEmailChange(
  deps: PartDeps,
  { email, userId, passwordMark }: { email: string; userId: string; passwordMark: string },
): Promise<Composed | undefined> {
  const { db, publicUrl } = deps;
  const passwordHash = (await accountQueries(db).find(userId))?.passwordHash;
  if (passwordHash === undefined || passwordMarkOf(passwordHash) !== passwordMark) return undefined;
  if (await lookupQueries(db).isDisabled(userId)) return undefined;
  // If another account has this email address, the service sends no mail, so that the person who requested the change does not learn about
  // the other account.
  if ((await accountQueries(db).findByEmail(email)) !== undefined) return undefined;
  const sender = await withWords(deps, [userId]);
  const { emailChange, reasons } = sender.words;
  const host = hostOf(publicUrl);
  const link = { kind: "email-change", userId, sentTo: email, passwordMark, ttlMs: CHANGE_TTL_MS } as const;
  const text = { ...emailChange, intro: emailChange.intro(email, host), reason: reasons.entered(host) };
  return composeLink(sender, { ...text, link });
}

type LinkMail = Record<"subject" | "intro" | "button" | "life" | "ignore" | "reason", string> & {
  link: NewAccountLink & { kind: PageKind };
};

async function composeLink(
  sender: PartDeps & { words: MailTexts },
  { subject, intro, button, life, ignore, reason, link }: LinkMail,
): Promise<Composed> {
  const token = await addAccountLink(sender, sender.db, link);
  const url = accountLinkUrl(sender.publicUrl, { kind: link.kind, token });
  const outro = [life, ignore];
  return compose(sender, { subject, intro: [intro], button: { label: button, url }, outro, reason, secrets: [token] });
}

export async function composeEmailChanged(deps: PartDeps, { userId }: { userId?: string }): Promise<Composed> {
  const sender = await withWords(deps, [userId]);
  const { words } = sender;
  return compose(sender, {
    subject: words.emailChanged.subject,
    intro: [words.emailChanged.intro(hostOf(deps.publicUrl))],
    button: { label: words.openService(nameOf(deps)), url: pageUrl(deps, "/") },
    advice: words.emailChanged.advice,
    outro: [],
    reason: words.reasons.former(hostOf(deps.publicUrl)),
  });
}

/** Composes the mail about a closed account. Returns undefined if the owner has already cancelled the deletion. */
export async function composeAccountClosed(
  deps: PartDeps,
  { userId }: { userId: string },
): Promise<Composed | undefined> {
  const deletion = await disabledUserQueries(deps.db).findDeletion(userId);
  if (deletion?.isByOwner !== true) return undefined;
  const sender = await withWords(deps, [userId]);
  const { words } = sender;
  const { subject, intro, keep, button, advice } = words.closed;
  return compose(sender, {
    subject,
    intro: [intro(hostOf(deps.publicUrl), inUtc(deletion.deleteAt, words)), keep],
    button: { label: button, url: pageUrl(deps, "/") },
    advice,
    outro: [],
    reason: words.reasons.account(hostOf(deps.publicUrl)),
  });
}

/** Composes the mail about a change of an account. A later change by an attacker can't prevent this mail. */
export async function composeAccountChanged(
  deps: PartDeps,
  { userId, change, at }: { userId: string; change: AccountChange; at: number },
): Promise<Composed> {
  const sender = await withWords(deps, [userId]);
  const { words } = sender;
  const { subject, text } = words.changed[change](hostOf(deps.publicUrl));
  // A mail about a new password has no link to the settings. The settings ask for the password, and the owner may not know the new
  // password.
  const isOfPassword = change === "password-changed" || change === "password-reset";
  return compose(sender, {
    subject,
    intro: [text],
    facts: [{ label: words.time, value: inUtc(at, words) }],
    button: isOfPassword
      ? { label: words.choosePassword, url: pageUrl(deps, "/forgot-password") }
      : { label: words.openSettings, url: pageUrl(deps, "/settings") },
    advice: isOfPassword ? words.passwordAdvice : words.changeAdvice,
    outro: [],
    reason: words.reasons.account(hostOf(deps.publicUrl)),
  });
}

export async function composeNewSignIn(
  deps: PartDeps,
  { userId, signIn }: { userId: string; signIn: NewSignIn },
): Promise<Composed> {
  const sender = await withWords(deps, [userId]);
  const { words } = sender;
  const { newSignIn } = words;
  const { browser = newSignIn.unknown, system, ip, at } = signIn;
  const signsInHere = await hasPassword(deps)({ userId });
  return compose(sender, {
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
  });
}

function pageUrl({ publicUrl }: PartDeps, path: string): string {
  return new URL(publicUrl).origin + path;
}
