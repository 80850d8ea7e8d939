import { type Static, Type } from "typebox";
import { Attachment, NoteAccess } from "./attachments.ts";
import { Id, Instant, PageQuery, Person, PlainText, pageOf, UserId } from "./common.ts";
import { closedObject, orNull, repeatHeaders } from "./shapes.ts";

/** The title of a note may be empty. An app shows a word such as "Untitled" in its place, in the language of the reader. */
const Title = Type.String({ maxLength: 300, ...PlainText });
const Body = Type.String({ maxLength: 200_000, ...PlainText });

/** Every response with a note contains the members of `common`. */
const common = {
  id: Id,
  title: Title,
  ownerId: UserId,
  owner: Person,
  role: Type.Enum(["owner", "editor", "viewer"]),
  createdAt: Instant,
  updatedAt: Instant,
  attachmentCount: Type.Integer({ description: "The number of attachments, without the rejected ones" }),
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
 * A note in a response of the service. The member `role` is the role of the caller on the note. A viewer can read the note and download its
 * files. An editor can also change the note and add files. An owner can do everything with the note.
 *
 * The member `attachments` is the first page of the note's attachments, in order of creation. The member `attachmentsCursor` is the cursor
 * of the next page of attachments, or null. The response contains a rejected attachment only for the owner of the note and for the person
 * who uploaded the attachment.
 * The member `access` counts the other people who have access to the note. Only the owner and the editors get `access` of a note.
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
 * A note in a list of notes. The member `snippet` is the start of the note's body, at most 200 characters.
 * Only the result of a search has `foundFiles`: at most three files whose paths or filenames contain the searched text.
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

/** A repeated request with an equal key returns the note of the first request in its current state. */
export const CreateNoteHeaders = repeatHeaders(
  "1 to 255 visible ASCII characters. The same key of a user returns the same note, unless it is deleted",
);

/**
 * The member `ifUpdatedAt` is the `updatedAt` that the caller has read. If the note has changed after `ifUpdatedAt`, the service refuses
 * the request with `note_changed`.
 */
export const UpdateNoteBody = closedObject(
  { title: Type.Optional(Title), body: Type.Optional(Body), ifUpdatedAt: Type.Optional(Instant) },
  { minProperties: 1 },
);
export type UpdateNoteBody = Static<typeof UpdateNoteBody>;

/**
 * The member `q` selects notes with the text of `q` in the title, the body, a filename or the path of a file. The search ignores the case of letters, and
 * spaces before and after the text.
 * `sort`: only for the notes of the caller, without `q`.
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

/**
 * An item in the trash is a deleted note with its files, or a deleted file of a note. Files in the trash count in the quota of the owner.
 */
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
