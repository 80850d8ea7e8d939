import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Arrive, Opened } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { aboutInvitation } from "./give-share.ts";

/** How long a replica remembers the notes and files that a user was invited to but has not opened yet. Milliseconds. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/**
 * A user may have access through an invitation. When the user opens the note or the file, the returned function marks the invitation as
 * redeemed. From then on, the owner sees the user. The returned function does not reject if the database is unreachable, because the user
 * has access even if the invitation is not marked yet. It runs again when the user opens the note or the file the next time.
 */
export function createArrivals({ db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">): Arrive {
  const remembered = new Map<string, { subjectIds: ReadonlySet<string>; until: number }>();

  function recall(userId: string): ReadonlySet<string> | undefined {
    const known = remembered.get(userId);
    return known !== undefined && clock() < known.until ? known.subjectIds : undefined;
  }

  async function findExpected(userId: string): Promise<ReadonlySet<string>> {
    const subjectIds = new Set(await invitationQueries(db).listExpected(userId));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(userId, { subjectIds, until: clock() + REMEMBER_MS });
    return subjectIds;
  }

  async function arrive(caller: Caller, opened: Opened, known: ReadonlySet<string> | undefined): Promise<void> {
    try {
      const expected = known ?? (await findExpected(caller.userId));
      const subjectIds = [opened.noteId, ...(opened.attachmentIds ?? [])].filter((id) => expected.has(id));
      if (subjectIds.length === 0) return;
      await settle(caller, subjectIds);
      remembered.delete(caller.userId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }

  return (caller, opened, { isFrequent } = { isFrequent: false }) => {
    const known = isFrequent ? recall(caller.userId) : undefined;
    return known?.size === 0 ? undefined : arrive(caller, opened, known);
  };

  async function settle(caller: Caller, subjectIds: readonly string[]): Promise<void> {
    await db.transaction(async (tx) => {
      const now = clock();
      const settled = await invitationQueries(tx).settle(subjectIds, { userIds: [caller.userId], now });
      const events = settled.map((invitation) => {
        const { email, role } = invitation;
        const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
        return auditEvent("invitation.redeemed", event);
      });
      await auditQueries(tx).add(...events);
    });
  }
}
