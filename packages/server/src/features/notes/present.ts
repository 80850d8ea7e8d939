import type { NotePage, Note as WireNote } from "@valetkey/contract";
import type { Page } from "../../platform/database/pages.ts";
import type { RouteDeps } from "../../platform/http/route-types.ts";
import { fitPage, toIso } from "../../platform/http/wire.ts";
import type { NoteSummaryWithRole, NoteWithAttachments, NoteWithRole } from "../access/note.ts";
import { presentAccess, presentAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { People } from "../people/people.ts";
import { presentPerson } from "../people/people.ts";

/** Presents a page of notes. Reads all owners with one query. */
export async function describeNotes(
  { items, nextCursor }: Page<NoteSummaryWithRole>,
  { useCases }: RouteDeps<PeopleVerbs>,
): Promise<NotePage> {
  const people = await useCases.findPeople(items.map(({ ownerId }) => ownerId));
  return fitPage(
    items.map((note) => ({
      ...presentCommon(note, people),
      snippet: note.snippet,
      ...(note.foundFiles === undefined ? {} : { foundFiles: [...note.foundFiles] }),
    })),
    nextCursor,
  );
}

/** Presents a note with the first page of its attachments. Reads all users with one query. */
export async function describeNote(note: NoteWithAttachments, { useCases }: RouteDeps<PeopleVerbs>): Promise<WireNote> {
  const people = await useCases.findPeople([note.ownerId, ...note.attachments.map(({ createdBy }) => createdBy)]);
  const attachments = note.attachments.map((attachment) => presentAttachment(attachment, people));
  const page = fitPage(attachments, note.attachmentsCursor);
  return {
    ...presentCommon(note, people),
    body: note.body,
    accessExpiresAt: note.accessExpiresAt === undefined ? null : toIso(note.accessExpiresAt),
    attachments: page.items,
    attachmentsCursor: page.nextCursor,
  };
}

type Common = Omit<NoteWithRole, "body"> &
  Pick<NoteSummaryWithRole, "attachmentCount" | "accessRequestCount" | "isNew" | "access">;

function presentCommon(note: Common, people: People) {
  const { id, title, ownerId, role } = note;
  return {
    id,
    title,
    ownerId,
    owner: presentPerson(ownerId, people),
    role,
    createdAt: toIso(note.createdAt),
    updatedAt: toIso(note.updatedAt),
    attachmentCount: note.attachmentCount,
    accessRequestCount: note.accessRequestCount,
    isNew: note.isNew,
    ...(note.access === undefined ? {} : { access: presentAccess(note.access) }),
  };
}
