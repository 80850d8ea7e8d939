import { type Static, Type } from "typebox";
import { Attachment, NoteAccess } from "./attachments.ts";
import { Id, Instant, PageQuery, Person, PlainText, pageOf, UserId } from "./common.ts";
import { closedObject, orNull, repeatHeaders } from "./shapes.ts";

/** The title of a note, which may be empty. An app then shows a word such as "Untitled", in the language of the reader. */
const Title = Type.String({ maxLength: 300, ...PlainText });
const Body = Type.String({ maxLength: 200_000, ...PlainText });

/** The members of a note in every response with notes. */
const common = {
  id: Id,
  title: Title,
  ownerId: UserId,
  owner: Person,
  role: Type.Enum(["owner", "editor", "viewer"]),
  createdAt: Instant,
  updatedAt: Instant,
  attachmentCount: Type.Integer({ description: "The number of files that have arrived, without the rejected ones" }),
  accessRequestCount: Type.Integer({
    description: "The open requests for access. 0 for a caller who is not the owner",
  }),
  isNew: Type.Boolean({
    description: "Whether the caller has not seen the note since it was shared, or since a visitor sent a file to it",
  }),
  isPinned: Type.Boolean({ description: "Whether the note stands first in the lists of the caller" }),
  access: Type.Optional(NoteAccess),
  accessExpiresAt: orNull(Instant, { description: "When the access of the caller expires. Null: never" }),
};

/**
 * A note in a response of the service. `role`: the role of the caller. A viewer can read the note and download its files. An editor can
 * also change the note and add files. An owner can do everything with the note.
 *
 * `attachments`: the first page of the note's attachments, in order of creation. `attachmentsCursor`: the cursor of the next page, or null.
 * Only the owner of the note and the person who uploaded an attachment see this attachment if it is rejected. `access`: the numbers of
 * people and links with access to the note, only for the owner and the editors.
 */
export const Note = Type.Object({
  ...common,
  body: Body,
  attachments: Type.Array(Attachment, { description: "The first page, at most 200, in order of creation" }),
  attachmentsCursor: orNull(Type.String(), {
    description: "The cursor for the next page of GET /notes/{noteId}/attachments. Null: there are no more attachments",
  }),
});
export type Note = Static<typeof Note>;

/**
 * A note in a list of notes. `snippet`: the first characters of the note's body, at most 200. `foundFiles`: only in a search, at most three
 * files whose paths or filenames contain the search text.
 */
export const NoteSummary = Type.Object({
  ...common,
  snippet: Type.String({ description: "The first 200 characters of the body" }),
  foundFiles: Type.Optional(
    Type.Array(Type.Object({ id: Id, filename: Type.String(), path: Type.Optional(Type.String()) }), {
      description: "With q: the first files whose folders or names have this text, at most three",
    }),
  ),
});
export type NoteSummary = Static<typeof NoteSummary>;

export const NoteParams = Type.Object({ noteId: Id });

export const CreateNoteBody = closedObject({ title: Title, body: Type.Optional(Body) });
export type CreateNoteBody = Static<typeof CreateNoteBody>;

/** Repeated requests with the same key return the note of the first request in its current state. */
export const CreateNoteHeaders = repeatHeaders(
  "1 to 255 visible ASCII characters. The same key of a user returns the same note, unless it is deleted",
);

/**
 * `ifUpdatedAt`: the `updatedAt` that the caller has read. If the note has changed since then, the service refuses the request with
 * `note_changed`.
 */
export const UpdateNoteBody = closedObject(
  { title: Type.Optional(Title), body: Type.Optional(Body), ifUpdatedAt: Type.Optional(Instant) },
  { minProperties: 1 },
);
export type UpdateNoteBody = Static<typeof UpdateNoteBody>;

/**
 * `q`: a text that the title, the body, a filename or the path of a file of each returned note contains. The search ignores upper and lower
 * case, and spaces before and after the text. `sort`: only for the notes of the caller, without `q`.
 */
export const ListNotesQuery = closedObject({
  ...PageQuery.properties,
  scope: Type.Enum(["owned", "shared"], { default: "owned" }),
  sort: Type.Optional(
    Type.Enum(["created", "changed", "title"], {
      description: "Newest first, last changed first, or by title. Default: created",
    }),
  ),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, ...PlainText })),
});
export type ListNotesQuery = Static<typeof ListNotesQuery>;

export const NotePage = pageOf(NoteSummary);
export type NotePage = Static<typeof NotePage>;

/** A deleted note with its files, or a deleted file of a note. Files in the trash count in the quota of the owner. */
export const TrashItem = Type.Object({
  id: Type.String({ description: "The id of the item in the trash, not of the note or the file" }),
  noteId: Id,
  noteTitle: Type.String(),
  attachmentId: orNull(Id, { description: "The deleted file. Null: the item is the note" }),
  filename: orNull(Type.String()),
  files: Type.Integer({ description: "The number of files that the item restores" }),
  sizeBytes: Type.Integer({ description: "The sum of their sizes" }),
  deletedAt: Instant,
  deletedBy: Person,
  purgeAt: Instant,
});
export type TrashItem = Static<typeof TrashItem>;

export const TrashPage = pageOf(TrashItem);
export type TrashPage = Static<typeof TrashPage>;
