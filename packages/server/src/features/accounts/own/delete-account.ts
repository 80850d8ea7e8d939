import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, noSuch } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { aboutNote, auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { revokeLinksOf } from "../../links/owner/change.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";
import { type Actor, act } from "../../people/administrators.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import type { AccountDeletion } from "../../people/person.ts";
import { administratorQueries, disabledUserQueries } from "../../people/queries.ts";
import { accountInvitationQueries } from "../../sharing/queries/account-invitations.ts";
import { releaseObjects } from "../../storage/object-deletions.ts";
import type { PlannedDeletion } from "../../storage/queries.ts";
import { deleteAttachmentsForGood, deleteNoteForGood } from "../../trash/index.ts";
import { accountQueries } from "../queries/accounts.ts";
import { type AccountContents, accountDeletionQueries } from "../queries/deletions.ts";
import { type Owner, requireOwner, warnOfChange } from "./owner.ts";

/** How long the owner of an account can cancel its deletion. Milliseconds. */
const KEEP_MS = 14 * 86_400_000;
const BATCH = 50;

export function createDeletions(deps: Deps) {
  const { db, clock } = deps;
  return {
    /** Counts what the deletion of the account would delete: notes, files and links, and the people who would lose a share. */
    countAccountContents({ userId }: Caller): Promise<AccountContents> {
      return accountDeletionQueries(db).countContents(userId, clock());
    },

    /**
     * Closes the account of the caller immediately, and deletes the account permanently after 14 days. The sessions, tokens, links and
     * shares of the account stop working. A mail says how to cancel the deletion. Throws `wrong_password` or `last_administrator`.
     */
    async closeOwnAccount(owner: Owner): Promise<{ deleteAt: number }> {
      const { userId } = owner.caller;
      const deleteAt = deps.clock() + KEEP_MS;
      await releaseObjects(deps, async (tx, now) => {
        const administrators = await administratorQueries(tx).holdAdministrators();
        await requireOwner(tx, owner);
        if (administrators.length === 1 && administrators.includes(userId)) throw lastAdministrator();
        const email = (await accountQueries(tx).find(userId))?.email;
        if (email !== undefined) await queueMailIfOn(deps, tx, { kind: "account-closed", userId, email });
        return close(tx, { userId, isByOwner: true, deleteAt }, { administrators, now });
      });
      deps.mail?.onQueued();
      return { deleteAt };
    },

    /**
     * Closes the account of a person, for an administrator or the operator. The person can't cancel the deletion. `isNow`: deletes the
     * account immediately. Throws `user_not_found` or `last_administrator`.
     */
    async closeAccountOf(actor: Actor, userId: string, { isNow }: { isNow: boolean }): Promise<{ deleteAt: number }> {
      const deleteAt = deps.clock() + (isNow ? 0 : KEEP_MS);
      let planned: PlannedDeletion[] = [];
      await act(deps, actor, async (tx, { administrators, log, now }) => {
        if ((await lookupQueries(tx).person(userId)) === undefined) throw noSuch("user");
        if (administrators.length === 1 && administrators.includes(userId)) throw lastAdministrator();
        planned = await close(tx, { userId, isByOwner: false, deleteAt }, { administrators, now });
        await log("person.deleted", userId, { deleteAt });
      });
      if (planned.length > 0) deps.onDeletionsQueued();
      if (isNow) await deleteClosedAccounts(deps)();
      return { deleteAt };
    },

    /**
     * Opens a closed account again if its owner closed it. Its notes, shares and links then work again. Ends all sessions except the
     * session `sessionId`. Does nothing if the owner did not close the account.
     */
    keepAccount(userId: string, { sessionId }: { sessionId: string }): Promise<void> {
      return db.transaction(async (tx) => {
        const deletion = await accountDeletionQueries(tx).hold(userId);
        if (deletion?.isByOwner !== true || deletion.deleteAt <= clock()) return;
        await reopen(tx, userId, { sessionId });
        await warnOfChange(deps, tx, { userId, change: "kept" });
      });
    },
  };
}

async function close(
  tx: Tx,
  deletion: AccountDeletion,
  { administrators, now }: { administrators: readonly string[]; now: number },
): Promise<PlannedDeletion[]> {
  const { userId } = deletion;
  if (administrators.includes(userId)) await endLinksOfAdministrators(tx, now);
  await disabledUserQueries(tx).add(userId, now);
  await accountDeletionQueries(tx).put(deletion);
  const pending = await accountDeletionQueries(tx).hideNotes(userId);
  const planned: PlannedDeletion[] = [];
  for (let at = 0; at < pending.length; at += BATCH) {
    planned.push(...(await deleteAttachmentsForGood(tx, { attachments: pending.slice(at, at + BATCH), now })));
  }
  return planned;
}

/** Cancels the deletion of a user and enables the user, in the transaction of the caller. Returns false if the user was not disabled. */
export async function reopen(tx: Tx, userId: string, { sessionId }: { sessionId?: string } = {}): Promise<boolean> {
  if ((await accountDeletionQueries(tx).hold(userId)) !== undefined) {
    await accountDeletionQueries(tx).showNotes(userId);
    await accountDeletionQueries(tx).remove(userId);
  }
  return disabledUserQueries(tx).remove(userId, { exceptSession: sessionId });
}

/**
 * Permanently deletes the accounts that have been closed for 14 days. Deletes each note in its own transaction, and queues the deletion of
 * a note with many files. After a restart, deletes the remaining notes.
 */
export function deleteClosedAccounts(deps: Deps) {
  const { db, clock } = deps;
  return async (): Promise<void> => {
    for (const userId of await accountDeletionQueries(db).listDue(clock(), BATCH)) await deleteAccount(deps, userId);
  };
}

async function deleteAccount(deps: Deps, userId: string): Promise<void> {
  const { db, clock, newId } = deps;
  for (;;) {
    // The loop stops if the user was enabled meanwhile. Otherwise it would never end, because the notes of an enabled user stay.
    if (!isOver(await disabledUserQueries(db).findDeletion(userId), clock())) return;
    const noteIds = await accountDeletionQueries(db).listNotes(userId, BATCH);
    for (const noteId of noteIds) await releaseObjects(deps, (tx, now) => deleteNoteOf(tx, { userId, noteId, now }));
    if (noteIds.length < BATCH) break;
  }
  await db.transaction(async (tx) => {
    if (!(await isDue(tx, userId, clock()))) return;
    await revokeLinksOf({ clock, newId }, tx, { userId });
    await webhookQueries(tx).deleteAllOf(userId);
    await accountDeletionQueries(tx).deleteUser(userId);
  });

  async function deleteNoteOf(tx: Tx, { noteId, now }: { userId: string; noteId: string; now: number }) {
    if (!(await isDue(tx, userId, now))) return [];
    const planned = await deleteNoteForGood(tx, { noteId, now });
    const subject = aboutNote({ id: noteId, ownerId: userId });
    const detail = { expired: true };
    await auditQueries(tx).add(
      auditEvent("note.purged", { id: newId(), at: now, caller: { userId }, subject, detail }),
    );
    return planned;
  }
}

/** Returns whether the user must be deleted now. Each transaction checks this again, because the user can be enabled at any time. */
async function isDue(tx: Tx, userId: string, now: number): Promise<boolean> {
  return isOver(await accountDeletionQueries(tx).hold(userId), now);
}

function isOver(deletion: AccountDeletion | undefined, now: number): boolean {
  return deletion !== undefined && deletion.deleteAt <= now;
}

function lastAdministrator(): DomainError {
  return new DomainError("last_administrator", "The only administrator can't be deleted. Add another one first.");
}

/**
 * Deletes the password reset links from administrators and the operator, and expires all invitations to the service. Runs when an
 * administrator is disabled or closed, because the administrator may have copied these links.
 */
export async function endLinksOfAdministrators(tx: Tx, now: number): Promise<void> {
  await accountQueries(tx).deleteResetLinksByHand();
  await accountInvitationQueries(tx).expireAll(now);
}
