import type { Tx } from "../../platform/database/queries.ts";
import type { MailChoice } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { takeFromEachWindow, takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import { provenEmailOf } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { type AccountChange, type MailKind, type Notice, type NoticeMail, type SentLink, topicOf } from "./mail.ts";
import { mailPreferenceQueries, mailQueries } from "./mail-queries.ts";

/** The kinds of mails that collect no notices, so the service sends these mails immediately. */
type SingleMail = Exclude<MailKind, NoticeMail>;

/**
 * Adds a mail to the outbox, in the transaction that causes the mail. Throws `rate_limited` if the email address has got too many mails.
 */
export async function queueMail(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Tx,
  mail: SingleMail & { email: string },
): Promise<void> {
  await takeMailLimits({ clock }, tx, mail);
  await mailQueries(tx).insert({ ...mail, id: newId() }, { now: clock() });
}

/**
 * Adds the mails of a link that a person sends to the outbox, one mail for each email address. Checks the mail limits first, so that a
 * refused request changes nothing else. Throws `rate_limited` with a problem that names the email address. `emails` must be sorted, so that
 * two requests can't cause a deadlock.
 */
export async function queueSentLink(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Tx,
  { emails, sent, problemOf }: { emails: readonly string[]; sent: SentLink; problemOf: (email: string) => string },
): Promise<void> {
  for (const limit of [limitOfKind("sent-link"), DAY_LIMIT]) {
    await takeFromEachWindow({ db: tx, clock }, { limit, holders: emails, problemOf });
  }
  const now = clock();
  for (const email of emails) await mailQueries(tx).insert({ kind: "sent-link", email, sent, id: newId() }, { now });
}

/** Queues a mail if the service sends mails. Returns false over a mail limit. Does not send the mail, which would delay the response. */
export async function queueMailIfOn(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Tx,
  mail: SingleMail & { email: string },
): Promise<boolean> {
  if (deps.mail === undefined) return true;
  try {
    await queueMail(deps, tx, mail);
    return true;
  } catch (error) {
    orOverLimit(error);
    return false;
  }
}

/** How long a mail waits for more notices about the same topic, in milliseconds. */
const COLLECT_MS = 600_000;

type NotifyDeps = Pick<Deps, "clock" | "newId" | "mail">;

type Notified = { userId: string; notice: Notice };

/**
 * Notifies a user by mail, in the transaction that causes the notice. The mail settings of the user decide when the service sends the mail.
 * If the email address has got too many mails, the daily digest contains the notice. The service sends notices only to a proven email
 * address, because a stranger could sign up with the email address of another person.
 */
export async function notify(deps: NotifyDeps, tx: Tx, { userId, notice }: Notified): Promise<void> {
  if (deps.mail === undefined) return;
  const email = await provenEmailOf(tx, userId);
  if (email === undefined) return;
  const choice = await choiceOf(tx, { userId, notice });
  if (choice === "never") return;
  const kind = topicOf(notice);
  const isAtOnce = choice === "at_once" && kind !== "requests";
  if (isAtOnce && (await collectNow(deps, tx, { userId, notice, kind, email }))) return;
  const now = deps.clock();
  await mailQueries(tx).collect(
    { id: deps.newId(), kind: "digest", userId, email },
    { notice, now, dueAt: nextDigestAt(now) },
  );
}

/** Adds a notice to a mail that the service sends soon. Returns false if the email address has got too many mails. */
async function collectNow(
  { clock, newId }: NotifyDeps,
  tx: Tx,
  { userId, notice, kind, email }: Notified & { kind: NoticeMail["kind"]; email: string },
): Promise<boolean> {
  if (await mailQueries(tx).addNotice({ kind, userId }, notice)) return true;
  try {
    await takeMailLimits({ clock }, tx, { kind, email });
  } catch (error) {
    orOverLimit(error);
    return false;
  }
  const now = clock();
  await mailQueries(tx).collect({ id: newId(), kind, userId, email }, { notice, now, dueAt: now + COLLECT_MS });
  return true;
}

/** Notifies an owner about a request for access. An immediate mail also goes to an unproven email address. */
export async function notifyOfRequest(
  deps: NotifyDeps,
  tx: Tx,
  { ownerId, noteId, userId }: { ownerId: string; noteId: string; userId: string },
): Promise<void> {
  const notice: Notice = { about: "access-request", noteId, userId };
  const choice = await choiceOf(tx, { userId: ownerId, notice });
  if (choice === "daily") await notify(deps, tx, { userId: ownerId, notice });
  if (choice !== "at_once") return;
  const email = (await lookupQueries(tx).person(ownerId))?.email;
  if (email !== undefined) await queueMailIfOn(deps, tx, { kind: "access-request", noteId, userId, email });
}

async function choiceOf(tx: Tx, { userId, notice }: Notified): Promise<MailChoice> {
  return (await mailPreferenceQueries(tx).find({ userId }))[topicOf(notice)];
}

/** The maximum number of mails of the same kind to one email address, whatever causes them. */
const LIMIT = { max: 3, windowMs: 3_600_000 };

function limitOfKind(kind: MailKind["kind"], windowMs = LIMIT.windowMs): WindowLimit {
  return { ...LIMIT, name: `mail ${kind}`, windowMs };
}

/**
 * The maximum number of mails to one email address. Warnings and mails for which the reader waits do not count. If they counted, a stranger
 * could use up the limit. The owner of the email address could then not sign in for a day, or would get no warning.
 */
const DAY_LIMIT = { name: "mail", max: 10, windowMs: 86_400_000 };

const NOT_IN_DAY_LIMIT: ReadonlySet<MailKind["kind"]> = new Set([
  "password-reset",
  "link-code",
  "email-changed",
  "account-closed",
  "new-sign-in",
  "account-changed",
]);

/**
 * The maximum number of warnings of the same kind to one email address. Warnings have a separate limit, because strangers can use up
 * `DAY_LIMIT`. Only a person with the password of the account can cause warnings. Warnings about sign-ins have their own limit, separate
 * from other warnings.
 */
const WARNINGS = { max: 10, windowMs: 86_400_000 };

/** The maximum number of codes to one email address for all links together, so that many links can't cause many mails. */
const CODE_LIMITS: readonly WindowLimit[] = [
  { name: "mail codes", max: 10, windowMs: 3_600_000 },
  { name: "mail codes of a day", max: 20, windowMs: 86_400_000 },
];

const PROBLEM = "This email address got several mails already. Wait until Retry-After has passed, then try again.";

/** Counts a mail in the limits of its email address. Throws `rate_limited` over a limit. */
export async function takeMailLimits(
  { clock }: Pick<Deps, "clock">,
  tx: Tx,
  { kind, email, linkId, change }: { kind: MailKind["kind"]; email: string; linkId?: string; change?: AccountChange },
): Promise<void> {
  const take = (limit: WindowLimit, holder: string) =>
    takeFromWindow({ db: tx, clock }, { limit, holder, amount: 1, problem: PROBLEM });
  // The mail about a closed account has the daily limit. A stranger could sign up with the email address of another person, and then delete
  // and restore the account again and again.
  const { windowMs } = kind === "account-closed" ? DAY_LIMIT : LIMIT;
  // Each link has its own limit of codes, and each kind of account change has its own limit of warnings.
  const part = linkId ?? change;
  await take(limitOfKind(kind, windowMs), part === undefined ? email : `${part} ${email}`);
  if (kind === "new-sign-in" || kind === "account-changed")
    await take({ ...WARNINGS, name: `mail warnings ${kind}` }, email);
  if (!NOT_IN_DAY_LIMIT.has(kind)) await take(DAY_LIMIT, email);
}

/**
 * Counts a code in the limits of the email address. Returns false over a limit. Counts only codes that are sent. Otherwise, strangers could
 * use up the limits with links that do not list the email address.
 */
export async function takeCodeLimits({ clock }: Pick<Deps, "clock">, db: Tx, email: string): Promise<boolean> {
  try {
    for (const limit of CODE_LIMITS) {
      await takeFromWindow({ db, clock }, { limit, holder: email, amount: 1, problem: PROBLEM });
    }
    return true;
  } catch (error) {
    orOverLimit(error);
    return false;
  }
}

/** Ignores a `rate_limited` error, and throws every other error again. */
export function orOverLimit(error: unknown): void {
  if (!(error instanceof DomainError && error.code === "rate_limited")) throw error;
}

const DAY_MS = 86_400_000;
const SENT_AFTER_MIDNIGHT_MS = 6 * 3_600_000;

/** Returns the instant of the next daily digest: the first 06:00 UTC that is at least a minute after `now`. In milliseconds. */
export function nextDigestAt(now: number): number {
  const earliest = now + 60_000;
  return Math.ceil((earliest - SENT_AFTER_MIDNIGHT_MS) / DAY_MS) * DAY_MS + SENT_AFTER_MIDNIGHT_MS;
}
