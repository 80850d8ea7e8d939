import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { auditEvent } from "../audit-event.ts";
import type { Deps } from "../ports/index.ts";
import { aboutInvitation } from "./seat.ts";

/** How long a replica remembers what a user is expected to open. Milliseconds. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** Records that a user has opened a note or files. `isFrequent`: one query a minute for each user, on each replica. */
export type Arrive = (caller: Caller, opened: Opened, options?: { isFrequent: boolean }) => Promise<void>;

/** A note, or some of its files, which shares of the files or of the note open. */
type Opened = { noteId: string; attachmentIds?: readonly string[] };

/**
 * Marks the invitation by which a user has access as redeemed, when the user opens the note or the file. From then on the owner sees the
 * user. Never fails for want of the database: the access is decided already, and the next opening repeats it.
 */
export function createArrivals({ db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">): Arrive {
  const remembered = new Map<string, { subjectIds: ReadonlySet<string>; until: number }>();

  async function expectedOf(userId: string, { isFrequent }: { isFrequent: boolean }): Promise<ReadonlySet<string>> {
    const known = isFrequent ? remembered.get(userId) : undefined;
    if (known !== undefined && clock() < known.until) return known.subjectIds;
    const subjectIds = new Set(await db.invitations.listExpected(userId));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(userId, { subjectIds, until: clock() + REMEMBER_MS });
    return subjectIds;
  }

  return async (caller, { noteId, attachmentIds = [] }, { isFrequent } = { isFrequent: false }) => {
    try {
      const expected = await expectedOf(caller.userId, { isFrequent });
      if (expected.size === 0) return;
      const opened = [noteId, ...attachmentIds].filter((id) => expected.has(id));
      if (opened.length === 0) return;
      await settle(caller, opened);
      remembered.delete(caller.userId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  };

  async function settle(caller: Caller, subjectIds: readonly string[]): Promise<void> {
    await db.transaction(async (tx) => {
      const now = clock();
      const settled = await tx.invitations.settle(subjectIds, { userIds: [caller.userId], now });
      const events = settled.map((invitation) => {
        const { email, role } = invitation;
        const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
        return auditEvent("invitation.redeemed", event);
      });
      await tx.audit.add(...events);
    });
  }
}
