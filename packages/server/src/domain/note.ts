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

/** A note with the first page of its attachments. `attachmentsCursor` continues after it. Undefined: these are all attachments. */
export type NoteWithAttachments = NoteWithRole & {
  attachments: Attachment[];
  attachmentsCursor: string | undefined;
  attachmentCount: number;
};

/** A note in a list. `snippet` is the start of its body. */
export type NoteSummary = Omit<Note, "body"> & { snippet: string; attachmentCount: number };

export type NoteSummaryWithRole = NoteSummary & { role: Role };
