import type { Role } from "./access.ts";
import type { Attachment } from "./attachment.ts";

/** A note. Instants are milliseconds since the epoch. */
export type Note = {
  id: string;
  ownerId: string;
  title: string;
  body: string;
  createdAt: number;
  /** Increases with every change, even if the clock does not. So two versions of a note never have the same instant. */
  updatedAt: number;
};

/** A note with the role of the caller. */
export type NoteWithRole = Note & { role: Role };

export type NoteWithAttachments = NoteWithRole & { attachments: Attachment[] };
