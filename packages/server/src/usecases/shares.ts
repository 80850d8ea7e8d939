import type { ShareRole } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import { type Caller, normaliseEmail } from "../domain/person.ts";
import type { ShareWithPerson } from "../domain/share.ts";
import { aboutFile, aboutNote, auditEvent, type EventSubject } from "./audit-event.ts";
import { authoriseAttachment, authoriseNote } from "./authorise.ts";
import { takeFromWindow, type WindowLimit } from "./limit-windows.ts";
import type { Deps, Queries, ShareSubject } from "./ports/index.ts";
import { findReceivers, type ShareResult } from "./receivers.ts";

/** The most shares of a note or an attachment. They are listed as a whole. */
const MAX_SHARES = 1_000;

/** Email addresses without a user. Each tells the caller that nobody here has it. A request has up to 100. */
const UNKNOWN_EMAILS: WindowLimit = { name: "unknown-emails", max: 200, windowMs: 3_600_000 };
const TOO_MANY_UNKNOWN = "You shared with too many unknown email addresses. Wait until Retry-After has passed.";

export type ShareInput = {
  subject: ShareSubject;
  userIds: readonly string[];
  emails: readonly string[];
  role: ShareRole;
  /** Milliseconds since the epoch. Undefined: until revoked. */
  expiresAt: number | undefined;
};

/**
 * Shares a note or one attachment with users and replaces the shares that they already have.
 * An unknown receiver is reported in `results` and stops no other receiver.
 * Returns all shares of the subject. Throws `note_not_found`, `attachment_not_found`, `access_denied`, `too_many_shares`,
 * `invalid_request`, and `rate_limited` after too many unknown email addresses.
 */
export function putShares(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, input: ShareInput): Promise<{ shares: ShareWithPerson[]; results: ShareResult[] }> => {
    const { subject, role, expiresAt } = input;
    const lookups = await takeLookups(deps, { caller, emails: input.emails });
    return db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      const now = clock();
      if (expiresAt !== undefined && expiresAt <= now) {
        throw new DomainError("invalid_request", "expiresAt is in the past. Give a later instant, or omit it.");
      }
      const { userIds, results } = await findReceivers(tx, { ...deps, ...input, caller, ownerId: place.ownerId });
      const ids = [...userIds];
      const details = { role, expiresAt, createdAt: now, createdBy: caller.userId };
      await tx.shares.put(subject, ...ids.map((userId) => ({ userId, ...details })));
      const expiry = expiresAt === undefined ? null : new Date(expiresAt).toISOString();
      const granted = ids.map((userId) => {
        const detail = { userId, role, expiresAt: expiry };
        return auditEvent("share.granted", { id: newId(), caller, subject: place, at: now, detail });
      });
      await tx.audit.add(...granted);
      const shares = await tx.shares.list(subject);
      if (shares.length > MAX_SHARES) {
        throw new DomainError("too_many_shares", `It would have more than ${MAX_SHARES} shares. Revoke some first.`);
      }
      await lookups.giveBackKnown(tx, results);
      return { shares, results };
    });
  };
}

/**
 * Counts all email addresses before they are looked up, and gives the known ones back in the transaction of the shares.
 * If only unknown ones were counted, the refusal at the limit would tell whether an email address is known.
 */
async function takeLookups(
  deps: Pick<Deps, "db" | "clock">,
  { caller, emails }: { caller: Caller; emails: readonly string[] },
): Promise<{ giveBackKnown(tx: Queries, results: readonly ShareResult[]): Promise<void> }> {
  const amount = new Set(emails.map(normaliseEmail)).size;
  if (amount === 0) return { giveBackKnown: async () => undefined };
  const limit = { limit: UNKNOWN_EMAILS, holder: caller.userId, amount, problem: TOO_MANY_UNKNOWN };
  const taken = await takeFromWindow(deps, limit);
  return {
    async giveBackKnown(tx, results) {
      const known = results.flatMap((each) => ("email" in each && each.outcome !== "unknown" ? [each.email] : []));
      const returned = new Set(known.map(normaliseEmail)).size;
      if (returned > 0) await taken.giveBack(tx, returned);
    },
  };
}

/** Lists the shares of a note or one attachment, expired shares included. Throws as `putShares` does. */
export function listShares({ db }: Deps) {
  return async (caller: Caller, subject: ShareSubject): Promise<ShareWithPerson[]> => {
    await authorise(db, { caller, subject });
    return db.shares.list(subject);
  };
}

/**
 * Revokes the share of one user, found by id as `putShares` does. Their next request is refused.
 * Throws `share_not_found`, and as `putShares` does.
 */
export function revokeShare({ db, clock, newId }: Deps) {
  return async (caller: Caller, input: { subject: ShareSubject; userId: string }): Promise<void> => {
    const { subject, userId } = input;
    await db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      const holder = await deleteShare(tx, { caller, subject, userId });
      const event = { id: newId(), caller, subject: place, at: clock(), detail: { userId: holder } };
      await tx.audit.add(auditEvent("share.revoked", event));
    });
  };
}

async function authorise(
  queries: Queries,
  { caller, subject }: { caller: Caller; subject: ShareSubject },
): Promise<EventSubject> {
  if ("noteId" in subject) {
    const note = await authoriseNote(queries, { caller, noteId: subject.noteId, action: "note.share" });
    return aboutNote(note);
  }
  const { attachmentId } = subject;
  const attachment = await authoriseAttachment(queries, { caller, attachmentId, action: "attachment.share" });
  return aboutFile(attachment);
}

/** Returns the id of the user whose share was deleted. */
async function deleteShare(
  { identities, shares }: Queries,
  { caller, subject, userId }: { caller: Caller; subject: ShareSubject; userId: string },
): Promise<string> {
  const issuer = await identities.issuerOf(caller.userId);
  const own = issuer === undefined ? undefined : (await identities.find(issuer, [userId])).get(userId);
  for (const each of new Set([own ?? userId, userId])) {
    if (await shares.delete(subject, each)) return each;
  }
  throw new DomainError("share_not_found", "Share not found");
}
