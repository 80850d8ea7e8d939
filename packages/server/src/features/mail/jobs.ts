import type { Logger } from "pino";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Loop } from "../../platform/jobs/loop.ts";
import { type LeasedWork, startRunner } from "../../platform/jobs/runner.ts";
import type { MailOutcome } from "../../platform/mailer/smtp.ts";
import { receiverQueries } from "../links/queries/receivers.ts";
import type { LeasedMail, Mail } from "../outbox/mail.ts";
import { mailQueries } from "../outbox/mail-queries.ts";
import { notify } from "../outbox/queue-mail.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { composeMail } from "./compose-mail.ts";

/** How often this replica checks for mails whose first try failed, and for mails that another replica left. Milliseconds. */
const INTERVAL_MS = 5_000;
/** How long `stop` waits for mails that are being sent. Milliseconds. */
const STOP_WITHIN_MS = 5_000;

/** Starts the job that sends due mails. `stop` waits a short time for mails that are being sent. Unsent mails stay in the queue. */
export function startMailDelivery({ work, logger }: { work: LeasedWork<LeasedMail>; logger: Logger }): Loop {
  return startRunner(work, {
    intervalMs: INTERVAL_MS,
    cutAfterMs: STOP_WITHIN_MS,
    onError: (error) => logger.error({ err: error }, "The mails could not be sent. They are tried again."),
  });
}

const DAY_MS = 86_400_000;

/** The maximum number of shares that one call handles. The next call handles the remaining shares. */
const BATCH = 500;

/** Notifies users whose shares expire within a day. A share that was valid for at most a day causes no mail. */
export function remindOfExpiry(deps: Pick<Deps, "db" | "clock" | "newId" | "mail">) {
  const { db, clock, mail } = deps;
  return async (): Promise<void> => {
    if (mail === undefined) return;
    const now = clock();
    for (const share of await shareQueries(db).listEnding({ from: now, until: now + DAY_MS, limit: BATCH })) {
      const { userId, noteId, attachmentId, expiresAt } = share;
      await db.transaction(async (tx) => {
        if (!(await shareQueries(tx).markReminded(share, now))) return;
        await notify(deps, tx, { userId, notice: { about: "share-end", noteId, attachmentId, expiresAt } });
      });
    }
  };
}

/** The maximum time to send one mail. Some mail servers check the whole message before they confirm it. Milliseconds. */
const SEND_WITHIN_MS = 120_000;

/** The duration of a mail's lease. Longer than `SEND_WITHIN_MS`, so that no two replicas send the mail at once. Milliseconds. */
const LEASE_MS = 180_000;

const AT_ONCE = 5;

const RETRY_BASE_MS = 10_000;

const RETRY_MAX_MS = 900_000;

/** How long a mail waits whose note or file is in the trash. Milliseconds. */
const IN_TRASH_MS = 300_000;

const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** How long the database stores an abandoned mail, which administrators can see. Milliseconds. */
const KEEP_GIVEN_UP_MS = 30 * 86_400_000;

const MAX_PROBLEM_LENGTH = 300;

/** A failed try to send a mail. `isFinal`: the service will not try again. */
export type MailFailure = { mailId: string; kind: Mail["kind"]; attempt: number; isFinal: boolean; problem: string };

type SendDeps = Pick<Deps, "db" | "clock" | "newId" | "newSecret" | "linkKeys" | "limits" | "mail">;

type Options = { onFailure: (failure: MailFailure) => void };

/**
 * Sends the due mails, several at the same time. After a failure, the service tries again for three days, with longer and longer pauses.
 * After a crash, the service sends a mail again when its lease expires.
 */
export function mailWork(deps: SendDeps, options: Options): LeasedWork<LeasedMail> {
  const { db, clock } = deps;
  return {
    async lease(running) {
      if (running.length >= AT_ONCE) return [];
      const now = clock();
      if (running.length === 0) await mailQueries(db).deleteGivenUp(now - KEEP_GIVEN_UP_MS);
      return mailQueries(db).lease({ now, leaseEndsAt: now + LEASE_MS, limit: AT_ONCE - running.length });
    },
    run: (mail, cut) => deliver(deps, { mail, cut, ...options }),
  };
}

async function deliver(
  deps: SendDeps,
  { mail, cut, onFailure }: Options & { mail: LeasedMail; cut: AbortSignal },
): Promise<boolean> {
  const { db, clock } = deps;
  const outcome = await send(deps, { mail, cut });
  if (outcome.state === "accepted" || outcome.state === "obsolete") {
    await db.transaction(async (tx) => {
      await mailQueries(tx).remove(mail.id);
      await tellSender(tx, { mail, isSent: outcome.state === "accepted", now: clock() });
    });
    return outcome.state === "accepted";
  }
  const now = clock();
  if (outcome.state === "later") {
    // The mail counts as new, because the service must send it even if the note is restored only after many days.
    await mailQueries(db).postpone(mail, { dueAt: now + IN_TRASH_MS, createdAt: now });
    return false;
  }
  const { id: mailId, kind, attempts: attempt } = mail;
  const dueAt = now + Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (attempt - 1));
  const isFinal = outcome.state === "refused" || isTooOld(mail, dueAt);
  const { problem } = outcome;
  if (isFinal) {
    await db.transaction(async (tx) => {
      await mailQueries(tx).giveUp(mailId, { now, problem });
      await tellSender(tx, { mail, isSent: false, now });
    });
  } else await mailQueries(db).postpone(mail, { dueAt, problem });
  onFailure({ mailId, kind, attempt, isFinal, problem });
  return false;
}

/** Records on a link whether the mail with the link was sent, so that the sender sees it. Does nothing for other mails. */
async function tellSender(
  tx: Tx,
  { mail, isSent, now }: { mail: LeasedMail; isSent: boolean; now: number },
): Promise<void> {
  if (mail.kind !== "sent-link") return;
  const { linkId, generation } = mail.sent;
  const ofLink = { linkId, generation, email: mail.email, now };
  await (isSent ? receiverQueries(tx).markSent(ofLink) : receiverQueries(tx).markGivenUp(ofLink));
}

function isTooOld({ createdAt }: LeasedMail, at: number): boolean {
  return at - createdAt >= GIVE_UP_AFTER_MS;
}

async function send(
  deps: SendDeps,
  { mail, cut }: { mail: LeasedMail; cut: AbortSignal },
): Promise<MailOutcome | { state: "obsolete" } | { state: "later" }> {
  const { mail: sending } = deps;
  if (sending === undefined) return { state: "failed", problem: "Mail is off." };
  // A mail can be too old if the service sent no mails for days, or if it comes from a backup.
  if (isTooOld(mail, deps.clock())) return { state: "obsolete" };
  const { mailer, publicUrl, brand } = sending;
  const composed = await composeMail({ ...deps, publicUrl, ...(brand && { brand }) }, mail);
  if (composed === undefined) return { state: "obsolete" };
  if (composed === "later") return { state: "later" };
  const { secrets, to = mail.email, ...content } = composed;
  const signal = AbortSignal.any([AbortSignal.timeout(SEND_WITHIN_MS), cut]);
  const outcome = await mailer.send({ ...content, id: mail.id, to }, { signal });
  if (outcome.state === "accepted") return outcome;
  // The response of a mail server may quote the mail, and neither the log nor the database may contain its tokens and codes.
  const problem = hide(outcome.problem, secrets).slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
  return { ...outcome, problem };
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, "…"), text);
}
