import { queryOptions } from "@tanstack/react-query";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";

/** What is shared: a note with all its files, or one file alone. */
export type Subject = { noteId: string } | { attachmentId: string };

const idOf = (subject: Subject): string => ("noteId" in subject ? subject.noteId : subject.attachmentId);

/** Who has access, ended shares included; for the owner only. */
export const sharesQuery = (subject: Subject) =>
  queryOptions({
    queryKey: keys.shares(idOf(subject)),
    queryFn: async ({ signal }) => (await client.shares.list(subject, { signal })).shares,
  });

/** Whether a share is over; null is for as long as nobody ends it. */
export const isEnded = (expiresAt: string | null, now: number): boolean =>
  expiresAt !== null && new Date(expiresAt).getTime() <= now;
