import { type Static, Type } from "typebox";
import { Id, Instant, pageOf } from "./common.ts";
import { Person } from "./people.ts";

/** A deleted note with its files, or a deleted file of a note. Files in the trash count in the quota of the owner. */
export const TrashItem = Type.Object({
  id: Type.String({ description: "The id of the item in the trash, not of the note or the file" }),
  noteId: Id,
  noteTitle: Type.String(),
  attachmentId: Type.Union([Id, Type.Null()], { description: "The deleted file. Null: the item is the note" }),
  filename: Type.Union([Type.String(), Type.Null()]),
  files: Type.Integer({ description: "The number of files that the item restores" }),
  sizeBytes: Type.Integer({ description: "The sum of their sizes" }),
  deletedAt: Instant,
  deletedBy: Person,
  purgeAt: Instant,
});
export type TrashItem = Static<typeof TrashItem>;

export const TrashPage = pageOf(TrashItem);
export type TrashPage = Static<typeof TrashPage>;
