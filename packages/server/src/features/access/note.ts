import type { Role } from "../../platform/database/unions.ts";
import type { Counted, FileAccess, ListedAttachment } from "./attachment.ts";

export type Note = {
  id: string;
  ownerId: string;
  title: string;
  body: string;
  createdAt: number;
  /** The last change. Increases with each change, even if the clock has not advanced, so that each version has another value. */
  updatedAt: number;
};

export type NoteWithRole = Note & { role: Role };

/** A note with its first attachments. `attachmentsCursor`: the cursor of the next page, or undefined on the last page. */
export type NoteWithAttachments = NoteWithRole & {
  /** The instant at which the caller's access expires. The member `accessExpiresAt` is undefined if the access never expires. */
  accessExpiresAt: number | undefined;
  attachments: ListedAttachment[];
  attachmentsCursor: string | undefined;
  attachmentCount: number;
  accessRequestCount: number;
  isNew: boolean;
  isPinned: boolean;
  /** The numbers of people and links with access to the note. Undefined for a viewer. */
  access: NoteAccess | undefined;
};

/**
 * A note in a list of notes. `snippet`: the start of the note's text. `accessRequestCount`: 0 for a user who is not the owner.
 * `foundFiles`: some files whose paths or names contain the searched text, or undefined without such files. `isNew`: the user has not
 * opened the note since another person shared it, or since a visitor sent a file to it. `hasBeenShared`: false if the note and its files
 * never had a share, an invitation or a link.
 */
export type NoteSummary = Omit<Note, "body"> & {
  snippet: string;
  attachmentCount: number;
  accessRequestCount: number;
  foundFiles?: readonly FoundFile[] | undefined;
  isNew: boolean;
  isPinned: boolean;
  hasBeenShared: boolean;
  /** The instant at which the caller's access expires. The member `accessExpiresAt` is undefined if the access never expires. */
  accessExpiresAt: number | undefined;
};

export type FoundFile = { id: string; filename: string; path: string };

/** `access` has the same meaning as in `NoteWithAttachments`. */
export type NoteSummaryWithRole = NoteSummary & { role: Role; access: NoteAccess | undefined };
/**
 * The numbers of people and links with access to a note. `links`: open links to all files of the note. `fileLinks`: open links to some
 * files of the note. `requests`: open file requests. `sharedFiles`: files that another person can open without the note, through a share or
 * an invitation. For links, file requests and shared files, `until` is the last expiry.
 */
export type NoteAccess = FileAccess & { fileLinks?: Counted; requests?: Counted; sharedFiles?: Counted };
