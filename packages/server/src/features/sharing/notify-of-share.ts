import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { EventSubject } from "../audit/audit-event.ts";
import { notify } from "../outbox/queue-mail.ts";
import { shareQueries } from "./queries.ts";
import type { Share, ShareSubject } from "./share.ts";

/**
 * Returns those users of the list to whom this note or file is not shared yet. A share counts only if it is valid and the owner sees it.
 */
export async function withoutShare(
  tx: Tx,
  { subject, userIds, now }: { subject: ShareSubject; userIds: readonly string[]; now: number },
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const live = (await shareQueries(tx).list(subject)).filter((share) => isLive(share, now));
  const holders = new Set(live.map(({ userId }) => userId));
  return userIds.filter((userId) => !holders.has(userId));
}

export function isLive({ expiresAt }: Pick<Share, "expiresAt">, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Notifies users that somebody shared a note or a file with them. */
export async function notifyOfShare(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Tx,
  { userIds, place }: { userIds: readonly string[]; place: EventSubject },
): Promise<void> {
  const [attachmentId] = place.attachmentIds;
  const notice = { about: "share", noteId: place.noteId, attachmentId } as const;
  // Sorted, because two requests that notify the same users in different orders could cause a deadlock.
  for (const userId of userIds.toSorted()) await notify(deps, tx, { userId, notice });
}
