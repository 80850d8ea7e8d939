import type { Attachment } from "./attachment.ts";

/** A note: the thing that carries attachments and is shared as a whole. Instants are milliseconds since the epoch. */
export type Note = {
  id: string;
  ownerId: string;
  title: string;
  body: string;
  createdAt: number;
  updatedAt: number;
};

export type NoteWithAttachments = Note & { attachments: Attachment[] };
