import { queryOptions } from "@tanstack/react-query";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";

/** The shared item: a note with all its files, or one file. */
export type Subject = { noteId: string } | { attachmentId: string };

const idOf = (subject: Subject): string => ("noteId" in subject ? subject.noteId : subject.attachmentId);

/** The shares of an item, expired ones included. For its owner only. */
export const sharesQuery = (subject: Subject) =>
  queryOptions({
    queryKey: keys.shares(idOf(subject)),
    queryFn: async ({ signal }) => (await client.shares.list(subject, { signal })).shares,
  });
