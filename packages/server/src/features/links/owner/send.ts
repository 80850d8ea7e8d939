import { createHash } from "node:crypto";
import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
import {
  limitCountQueries,
  takeFromWindow,
  type WindowLimit,
  windowKey,
} from "../../../platform/limits/in-database.ts";
import { createWindows } from "../../../platform/limits/in-memory.ts";
import { isOneRecipient } from "../../../platform/mailer/recipient.ts";
import { checkReadable } from "../../../platform/text/readable-text.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import type { SentLink } from "../../outbox/mail.ts";
import { queueSentLink } from "../../outbox/queue-mail.ts";
import { provenEmailOf } from "../../people/index.ts";
import { normaliseEmail } from "../../people/person.ts";
import type { Link } from "../link.ts";
import { receiverQueries } from "../queries/receivers.ts";
import { codesOf, hashOfCode, type Receiver } from "../receiver.ts";
import { aboutLink, authoriseLinkEdit, holdLink, stateOf } from "./read.ts";

export type SendLinkInput = {
  linkId: string;
  to: readonly string[];
  message: string | undefined;
  /** A repeated request with the same key, receivers and message sends nothing for a day. Undefined: each request sends mails. */
  idempotencyKey: string | undefined;
};

/** The receivers, and the current generation of the link. A receiver with an older generation has an old URL of the link. */
type SentTo = { receivers: Receiver[]; generation: number };

/** Limits to how many email addresses a person can send links in a day. One request may contain as many email addresses as the limit. */
const EMAILS: WindowLimit = { name: "sent links", max: 50, windowMs: 86_400_000 };

/**
 * Limits how often a person asks the service to send links. Unlike `EMAILS`, this limit also counts refused requests, because refused
 * requests also wait for the lock of the note.
 */
const REQUESTS: WindowLimit = { name: "requests to send links", max: 30, windowMs: 600_000 };
const TOO_MANY_REQUESTS =
  "You sent links too often in a short time. Wait until Retry-After has passed, then try again.";

/**
 * Sends the URL of a link by mail, in the name of the caller. Only people who may edit the link can send the link, because the sender sees
 * the list of receivers. If one email address is refused, no email address gets the mail.
 * Throws `link_not_found`, `access_denied`, `mail_disabled`, `sending_disabled`, `email_not_proven`, `link_ended`, `receiver_not_listed`,
 * `sending_limit_reached`, `rate_limited` and `invalid_request`.
 */
export function sendLink(deps: Deps) {
  const { db, clock, newId, linkKeys } = deps;
  const takeRequest = createWindows(deps, { problem: TOO_MANY_REQUESTS });
  return async (caller: Caller, { linkId, to, message: given, idempotencyKey }: SendLinkInput): Promise<SentTo> => {
    await authoriseLinkEdit(db, { caller, linkId });
    requireSending(deps);
    const message = checkMessage(given);
    const emails = checkEmails(to);
    await takeRequest(REQUESTS, caller.userId);
    const request = JSON.stringify([linkId, caller.userId, idempotencyKey ?? newId(), emails, message]);
    const requestKey = createHash("sha256").update(request).digest("base64url");
    const sending = await db.transaction(async (tx) => {
      const details = await holdLink(tx, { caller, linkId });
      const { link } = details;
      const result = async () => ({
        receivers: await receiverQueries(tx).ofEmails(linkId, emails),
        generation: link.generation,
      });
      // The note is locked. An identical request at the same time has therefore already queued its mails, or waits.
      if (idempotencyKey !== undefined && !(await isFirst(deps, { tx, requestKey }))) return result();
      await requireProof(tx, caller);
      if (stateOf(deps, details) !== "live") {
        throw new DomainError("link_ended", "Visitors can't open this link any more. Make another one.");
      }
      requireListed(link, emails);
      await takeEmails(deps, { tx, caller, amount: emails.length });
      const sent = { linkId, generation: link.generation, sentBy: caller.userId, message };
      await queueTo(deps, { tx, emails, sent });
      const now = clock();
      const detail = { linkId, label: link.label, people: emails.length, email: emails.join(", ") };
      await auditQueries(tx).add(
        auditEvent("link.sent", { id: newId(), at: now, caller, subject: aboutLink(link), detail }),
      );
      const coded = emails.map((email) => {
        const [code = ""] = codesOf(linkKeys, { linkId, generation: link.generation, email });
        return { id: newId(), email, codeHash: hashOfCode(code) };
      });
      await receiverQueries(tx).put({ link, sentBy: caller.userId, receivers: coded, now });
      return result();
    });
    deps.mail?.onQueued();
    return sending;
  };
}

/** Lists the people to whom somebody sent the link, newest first. Throws `link_not_found` or `access_denied`. */
export function listReceivers({ db }: Deps) {
  return async (
    caller: Caller,
    { linkId, ...page }: PageRequest & { linkId: string },
  ): Promise<Page<Receiver> & { generation: number }> => {
    const { link } = await authoriseLinkEdit(db, { caller, linkId });
    return { ...(await receiverQueries(db).list(linkId, page)), generation: link.generation };
  };
}

const ONCE: WindowLimit = { name: "request to send a link", max: 1, windowMs: 86_400_000 };

/** Records a request to send a link. Returns false if the service has already sent the mails of an identical request in the last day. */
async function isFirst({ clock }: Deps, { tx, requestKey }: { tx: Tx; requestKey: string }): Promise<boolean> {
  const { max, windowMs } = ONCE;
  const now = clock();
  const once = { amount: 1, max, now, expiresAt: now + windowMs };
  return (await limitCountQueries(tx).take(windowKey(ONCE, requestKey), once)).isTaken;
}

/** Throws if sign-up is open, because anybody could then send mails to strangers in the name of the service. */
function requireSending({ mail, policy }: Deps): void {
  if (mail === undefined) throw new DomainError("mail_disabled", "This service sends no mails. Copy the link instead.");
  if (policy.current["sign-up"] !== "open") return;
  const problem = "Everybody can sign up here, so nobody can send links by mail. Copy the link instead.";
  throw new DomainError("sending_disabled", problem);
}

/** Throws if the sender has not proven the email address, because the replies of the receivers go to this email address. */
async function requireProof(tx: Tx, { userId }: Caller): Promise<void> {
  if ((await provenEmailOf(tx, userId)) !== undefined) return;
  throw new DomainError("email_not_proven", "Confirm your email address in the settings before you send a link.");
}

// All control characters except line breaks and tabs, which a message may contain.
const FORBIDDEN = /[[\p{Cc}\u2028\u2029]--[\n\t]]/v;

function checkMessage(given = ""): string {
  const message = given.replaceAll(/\r\n?/g, "\n").trim();
  checkReadable(message, "message");
  if (FORBIDDEN.test(message)) throw invalidRequest("message has a control character. Remove it.");
  return message;
}

/** Returns the normalised email addresses without duplicates. The email addresses are sorted, to avoid a deadlock of two requests. */
function checkEmails(to: readonly string[]): string[] {
  const emails = [...new Set(to.map(normaliseEmail))].sort();
  const wrong = emails.find((email) => !isOneRecipient(email) || /[\p{Cf}\p{Z}]/u.test(email));
  if (wrong !== undefined) throw invalidRequest(`${JSON.stringify(wrong)} in to is not an email address.`);
  return emails;
}

function requireListed({ recipients }: Link, emails: readonly string[]): void {
  const other = recipients.length === 0 ? undefined : emails.find((email) => !recipients.includes(email));
  if (other === undefined) return;
  throw new DomainError("receiver_not_listed", `The link is for certain people, and ${other} is not one of them.`);
}

async function takeEmails(
  { clock }: Deps,
  { tx, caller, amount }: { tx: Tx; caller: Caller; amount: number },
): Promise<void> {
  const problem = `You can send links to ${EMAILS.max} email addresses in a day. Nobody got this mail. Send it to fewer people, or wait until Retry-After has passed.`;
  const taking = takeFromWindow({ db: tx, clock }, { limit: EMAILS, holder: caller.userId, amount, problem });
  await taking.catch(refuse);
}

/**
 * The wait in seconds that the service states if an email address gets no more mails for now. The exact wait would show when the earlier
 * mails were sent, even by another person.
 */
const WAIT_FOR_RECEIVER = 3600;

/** Queues the mails. All senders share the limits of an email address, so the error text does not say that the address got other mails. */
async function queueTo(
  deps: Deps,
  { tx, emails, sent }: { tx: Tx; emails: readonly string[]; sent: SentLink },
): Promise<void> {
  const problemOf = (email: string) =>
    `You can't send a mail to ${email} at the moment. Nobody got this mail. Leave ${email} out, or try again later.`;
  await queueSentLink(deps, tx, { emails, sent, problemOf }).catch((error) => refuse(error, WAIT_FOR_RECEIVER));
}

/** Replaces `rate_limited` with `sending_limit_reached`. Throws all other errors again. */
function refuse(error: unknown, waitSeconds?: number): never {
  if (!(error instanceof DomainError && error.code === "rate_limited")) throw error;
  const retryAfterSeconds = waitSeconds ?? error.retryAfterSeconds;
  throw new DomainError(
    "sending_limit_reached",
    error.message,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}
