import type { Tx } from "../../platform/database/queries.ts";
import type { MailChoice } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { lookupQueries } from "../people/lookups.ts";
import { provenEmailOf } from "../people/people.ts";
import { type Notice, type NoticeMail, topicOf } from "./mail.ts";
import { mailPreferenceQueries } from "./mail-preferences.ts";
import { mailQueries } from "./mail-queries.ts";
import { orOverLimit, takeMailLimits } from "./mail-rate-limits.ts";
import { queueMailIfOn } from "./queue-mail.ts";

/** How long a mail waits for more notices about the same topic before it is sent. Milliseconds. */
const COLLECT_MS = 600_000;

type NotifyDeps = Pick<Deps, "clock" | "newId" | "mail">;
type NotifyQueries = Tx;
type Notified = { userId: string; notice: Notice };

/**
 * Notifies a user by mail, in the transaction that causes the notice. The mail settings of the user decide when the mail is sent. If a
 * limit of mails is exceeded, the daily digest contains the notice.
 * The service sends notices only to a proven email address. Otherwise a stranger could sign up with the email address of another person,
 * and cause mails to this person.
 */
export async function notify(deps: NotifyDeps, tx: NotifyQueries, { userId, notice }: Notified): Promise<void> {
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

/** Adds a notice to a mail that is sent soon. Returns false if the email address gets no more mails for now. */
async function collectNow(
  { clock, newId }: NotifyDeps,
  tx: NotifyQueries,
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

/**
 * Notifies the owner of a note that somebody asks for access. If the owner has chosen immediate mails, the mail is sent even if the email
 * address is not proven.
 */
export async function notifyOfRequest(
  deps: NotifyDeps,
  tx: NotifyQueries,
  { ownerId, noteId, userId }: { ownerId: string; noteId: string; userId: string },
): Promise<void> {
  const notice: Notice = { about: "access-request", noteId, userId };
  const choice = await choiceOf(tx, { userId: ownerId, notice });
  if (choice === "daily") await notify(deps, tx, { userId: ownerId, notice });
  if (choice !== "at_once") return;
  const email = (await lookupQueries(tx).person(ownerId))?.email;
  if (email !== undefined) await queueMailIfOn(deps, tx, { kind: "access-request", noteId, userId, email });
}

async function choiceOf(tx: NotifyQueries, { userId, notice }: Notified): Promise<MailChoice> {
  return (await mailPreferenceQueries(tx).find({ userId }))[topicOf(notice)];
}

const DAY_MS = 86_400_000;
const SENT_AFTER_MIDNIGHT_MS = 6 * 3_600_000;

/**
 * Returns the instant of the next daily digest: the first 06:00 UTC that is at least a minute after `now`. Milliseconds since the epoch.
 */
export function nextDigestAt(now: number): number {
  const earliest = now + 60_000;
  return Math.ceil((earliest - SENT_AFTER_MIDNIGHT_MS) / DAY_MS) * DAY_MS + SENT_AFTER_MIDNIGHT_MS;
}
