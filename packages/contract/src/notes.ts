import { type Static, Type } from "typebox";
import { Attachment } from "./attachments.ts";
import { closedObject } from "./closed-object.ts";
import { Id, Instant, PageQuery, PlainText, pageOf, UserId } from "./common.ts";
import { Person } from "./people.ts";

const Title = Type.String({ minLength: 1, maxLength: 300, ...PlainText });
const Body = Type.String({ maxLength: 200_000, ...PlainText });

/** A note. `role` is the role of the caller: a viewer reads and downloads, an editor also changes and adds, an owner does all. */
export const Note = Type.Object({
  id: Id,
  title: Title,
  body: Body,
  ownerId: UserId,
  owner: Person,
  role: Type.Enum(["owner", "editor", "viewer"]),
  createdAt: Instant,
  updatedAt: Instant,
  attachments: Type.Array(Attachment),
});
export type Note = Static<typeof Note>;

export const NoteParams = Type.Object({ noteId: Id });

export const CreateNoteBody = closedObject({ title: Title, body: Type.Optional(Body) });
export type CreateNoteBody = Static<typeof CreateNoteBody>;

/** `ifUpdatedAt` is the `updatedAt` that the caller has read. When the note has changed since, the error is `note_changed`. */
export const UpdateNoteBody = closedObject(
  { title: Type.Optional(Title), body: Type.Optional(Body), ifUpdatedAt: Type.Optional(Instant) },
  { minProperties: 1 },
);
export type UpdateNoteBody = Static<typeof UpdateNoteBody>;

/** `q` selects notes with this text in their title, their body or a filename. It ignores case and outer spaces. */
export const ListNotesQuery = closedObject({
  ...PageQuery.properties,
  scope: Type.Enum(["owned", "shared"], { default: "owned" }),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, ...PlainText })),
});
export type ListNotesQuery = Static<typeof ListNotesQuery>;

export const NotePage = pageOf(Note);
export type NotePage = Static<typeof NotePage>;
