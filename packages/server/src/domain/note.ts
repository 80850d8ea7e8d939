import type { Role } from "./access.ts";
import type { Attachment } from "./attachment.ts";

/** A note: the thing that carries attachments and is shared as a whole. Instants are milliseconds since the epoch. */
export type Note = {
  id: string;
  ownerId: string;
  title: string;
  body: string;
  createdAt: number;
  /** Later with every change, whatever the clock says: no two states of a note have the same. */
  updatedAt: number;
};

/** A note as one caller meets it: with what they are to it. */
export type NoteWithRole = Note & { role: Role };

export type NoteWithAttachments = NoteWithRole & { attachments: Attachment[] };
