import { expect } from "vitest";
import type { ReceivedMail } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import type { ReceivedWebhook } from "../../../packages/server/src/platform/outgoing/testing/webhook-receiver.ts";
import type { Api } from "./api.ts";
import type { Acknowledged } from "./load.ts";

/** All mails and webhook messages that have arrived so far. */
export type Received = { mails: readonly ReceivedMail[]; webhooks: readonly ReceivedWebhook[] };

export const emailOf = (userId: string) => `${userId}@readers.example`;

type Event = { type: string; data: Record<string, string | null> & { files?: IssuedUrls[]; isComplete?: boolean } };
type IssuedUrls = { attachmentId: string; count: number };

/** Returns a line for each acknowledged event that no mail and no webhook message has reported yet. */
export function notYetReported(seen: Acknowledged, received: Received): string[] {
  const [invited, told] = [new Set(mailsByEmail(received.mails).keys()), keysOfEvents(received.webhooks)];
  const issued = issuedByFile(received.webhooks);
  // A summary lists at most 1,000 files. After a long run, a summary may therefore leave out a file that the test expects.
  const listsAll = received.webhooks.every(({ body }) => (JSON.parse(body) as Event).data.isComplete !== false);
  return [
    ...seen.invitations.filter(({ email }) => !invited.has(email)).map(({ email }) => `mail to ${email}`),
    ...[...countBy(seen.shares, ({ userId }) => userId)]
      .filter(([userId, count]) => sharesInMails(received.mails, userId) < count)
      .map(([userId, count]) => `mail about ${count} shares to ${userId}`),
    ...expectedEvents(seen).filter((key) => !told.has(key)),
    ...[...countBy(seen.issued, ({ attachmentId }) => attachmentId)]
      .filter(([attachmentId, count]) => (issued.get(attachmentId) ?? (listsAll ? 0 : count)) < count)
      .map(([attachmentId]) => `url.issued ${attachmentId}`),
  ];
}

/**
 * Checks that all copies of a mail have the same Message-ID, and all copies of a webhook message the same id. Returns the number of arrived
 * mails and webhook messages.
 */
export async function expectOnlyCopies(ann: Api, { seen, received }: { seen: Acknowledged; received: Received }) {
  const { mails, webhooks } = received;
  for (const [email, copies] of mailsByEmail(mails)) {
    expect(new Set(copies.map(({ parsed }) => parsed.messageId)).size, `mails to ${email}`).toBe(1);
  }
  // Permits one share more than acknowledged, because the service may have committed the call that the kill interrupted.
  for (const [userId, count] of countBy(seen.shares, (share) => share.userId)) {
    expect(sharesInMails(mails, userId), `shares in the mails to ${userId}`).toBeLessThanOrEqual(count + 1);
  }
  for (const [key, ids] of keysOfEvents(webhooks)) expect(ids.size, key).toBe(1);
  for (const copies of groupBy(webhooks, ({ id }) => id).values()) {
    expect(new Set(copies.map(({ body }) => body)).size).toBe(1);
  }
  const issued = issuedByFile(webhooks);
  for (const [attachmentId, [first]] of groupBy(seen.issued, (one) => one.attachmentId)) {
    const { items } = (await ann.call("GET", `/notes/${first?.noteId}/activity?limit=200`)).body;
    const recorded = items.filter(({ action }: { action: string }) => action === "url.issued");
    expect(issued.get(attachmentId) ?? 0, attachmentId).toBeLessThanOrEqual(recorded.length);
  }
  return {
    mails: mails.length,
    copiesOfMails: mails.length - new Set(mails.map(({ parsed }) => parsed.messageId)).size,
    webhooks: webhooks.length,
    copiesOfWebhooks: webhooks.length - new Set(webhooks.map(({ id }) => id)).size,
  };
}

function expectedEvents({ shares, invitations, attachments }: Acknowledged): string[] {
  return [
    ...shares.map(({ noteId, userId }) => `share.created ${noteId} ${userId}`),
    ...invitations.map(({ noteId, email }) => `share.created ${noteId} ${email}`),
    ...attachments.map(({ id }) => `upload.ready ${id}`),
  ];
}

/** Returns the ids of the webhook messages for each event, without the summaries of issued URLs. */
function keysOfEvents(webhooks: readonly ReceivedWebhook[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { id, body } of webhooks) {
    const { type, data } = JSON.parse(body) as Event;
    if (type === "url.issued") continue;
    const subject = data.attachmentId ?? `${data.noteId} ${data.userId ?? data.email}`;
    const key = `${type} ${subject}`;
    keys.set(key, (keys.get(key) ?? new Set()).add(id));
  }
  return keys;
}

/** Returns the number of issued URLs of each file in the webhook messages. Counts copies of a message only once. */
function issuedByFile(webhooks: readonly ReceivedWebhook[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of new Map(webhooks.map((each) => [each.id, each])).values()) {
    for (const { attachmentId, count } of (JSON.parse(body) as Event).data.files ?? []) {
      counts.set(attachmentId, (counts.get(attachmentId) ?? 0) + count);
    }
  }
  return counts;
}

/** Returns the number of shares in the mails to a user. Counts copies of a mail only once. */
function sharesInMails(mails: readonly ReceivedMail[], userId: string): number {
  const copies = mailsByEmail(mails).get(emailOf(userId)) ?? [];
  const texts = new Map(copies.map(({ parsed }) => [parsed.messageId, parsed.text ?? ""]));
  return [...texts.values()].reduce((sum, text) => sum + sharesIn(text), 0);
}

function sharesIn(text: string): number {
  const counts = [...text.matchAll(/ shared (?:a note|the note|(\d+) notes) .*with you\.|^And (\d+) more\.$/gm)];
  return counts.reduce((sum, [, several, more]) => sum + Number(several ?? more ?? 1), 0);
}

function mailsByEmail(mails: readonly ReceivedMail[]): Map<string, ReceivedMail[]> {
  return groupBy(mails, ({ recipients }) => String(recipients));
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function countBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, number> {
  return new Map([...groupBy(all, keyOf)].map(([key, group]) => [key, group.length]));
}
