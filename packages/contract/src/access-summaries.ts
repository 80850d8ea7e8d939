import { type Static, Type } from "typebox";
import { Instant } from "./common.ts";

const counted = (description: string) =>
  Type.Optional(Type.Object({ count: Type.Integer(), until: Type.Optional(Instant) }, { description }));

/**
 * The numbers of people who have one file without its note, besides the owner. A missing member counts nothing. Without `until`, nothing expires.
 * A person who also has the whole note counts only in the note.
 */
export const FileAccess = Type.Object({
  people: counted("The people with a share. until: the first expiry"),
  invitations: counted("The shares by email address whose receivers have not come yet. until: the last expiry"),
  links: counted("The links that visitors can open. until: the last expiry, or missing if a link never expires"),
});
export type FileAccess = Static<typeof FileAccess>;

/** The numbers of people and links that give access to a note, besides the owner. `links` open every file of the note. */
export const NoteAccess = Type.Object({
  ...FileAccess.properties,
  fileLinks: counted("The links that open certain files only. until: as for links"),
  sharedFiles: counted(
    "The files that people have without the note, by a share or an invitation. until: the last expiry",
  ),
  requests: counted("The file requests that accept files. until: as for links"),
});
export type NoteAccess = Static<typeof NoteAccess>;
