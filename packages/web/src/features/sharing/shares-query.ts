import { queryOptions } from "@tanstack/react-query";
import type { Invitation, Share, Shares } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";

/** The shared item: a note with all its files, or one file without its note. */
export type Subject = { noteId: string } | { attachmentId: string };

const idOf = (subject: Subject): string => ("noteId" in subject ? subject.noteId : subject.attachmentId);

/** A share, or an invitation that nobody has accepted. For an invitation, `userId` is the id of the invitation. */
export type Entry = Share & { invitation?: Invitation };

export function toEntries({ shares, invitations }: Shares): Entry[] {
  const invited = invitations.map((invitation): Entry => {
    const { id: userId, email, role, expiresAt, invitedAt: createdAt } = invitation;
    return { userId, email, name: null, role, expiresAt, createdAt, invitation };
  });
  return [...shares, ...invited];
}

/**
 * Queries the shares and invitations of an item, including expired shares and invitations. Only the owner of the item may use this query.
 */
export const sharesQuery = (subject: Subject) =>
  queryOptions({
    queryKey: keys.shares(idOf(subject)),
    queryFn: async ({ signal }) => toEntries(await client.shares.list(subject, { signal })),
  });
