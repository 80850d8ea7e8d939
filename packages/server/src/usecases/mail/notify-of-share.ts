import type { Share } from "../../domain/share.ts";
import type { EventSubject } from "../audit-event.ts";
import type { Deps, Queries, ShareSubject } from "../ports/index.ts";
import { notify } from "./notify.ts";

/** Returns the users of the list who have no live share that the owner sees. */
export async function withoutShare(
  { shares }: Pick<Queries, "shares">,
  { subject, userIds, now }: { subject: ShareSubject; userIds: readonly string[]; now: number },
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const live = (await shares.list(subject)).filter((share) => isLive(share, now));
  const holders = new Set(live.map(({ userId }) => userId));
  return userIds.filter((userId) => !holders.has(userId));
}

export function isLive({ expiresAt }: Pick<Share, "expiresAt">, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Tells users that somebody shared a note or one of its files with them. */
export async function notifyOfShare(
  deps: Pick<Deps, "clock" | "newId" | "mail">,
  tx: Queries,
  { userIds, place }: { userIds: readonly string[]; place: EventSubject },
): Promise<void> {
  const [attachmentId] = place.attachmentIds;
  const notice = { about: "share", noteId: place.noteId, attachmentId } as const;
  // The order avoids a deadlock between two requests that notify the same users.
  for (const userId of userIds.toSorted()) await notify(deps, tx, { userId, notice });
}
