import type { Role } from "../../platform/database/unions.ts";
import type { Counted, FileAccess, ListedAttachment } from "./attachment.ts";

/** A note with its title, text and owner. All instants are milliseconds since the epoch. */
export type Note = {
  id: string;
  ownerId: string;
  title: string;
  body: string;
  createdAt: number;
  /** The last change. Increases with every change, even if the clock has not advanced, so no two versions have the same. */
  updatedAt: number;
};

export type NoteWithRole = Note & { role: Role };

/** A note with its first attachments. `attachmentsCursor`: the next page, or undefined if there is none. */
export type NoteWithAttachments = NoteWithRole & {
  /** The instant at which the caller's access expires. The member `accessExpiresAt` is undefined if the access never expires. */
  accessExpiresAt: number | undefined;
  attachments: ListedAttachment[];
  attachmentsCursor: string | undefined;
  attachmentCount: number;
  accessRequestCount: number;
  isNew: boolean;
  isPinned: boolean;
  /** The numbers of people and links with access to the note. The member `access` is undefined for a caller who may only read the note. */
  access: NoteAccess | undefined;
};

/**
 * A note in a list of notes. The member `snippet` is the start of the note's body. The member `accessRequestCount` is 0 for a user who is
 * not the owner. `foundFiles`: some files whose paths or names contain the searched text. The member `foundFiles` is undefined if no
 * path and no filename contains the searched text. `isNew`: the user has not opened the note since another person shared it, or since a visitor sent a file to
 * the note. `hasBeenShared`: false if the note and its files never had a share, an invitation or a link.
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

/** The member `access` has the meaning of `access` in `NoteWithAttachments`. */
export type NoteSummaryWithRole = NoteSummary & { role: Role; access: NoteAccess | undefined };
/**
 * The numbers of people and links with access to a note. `links`: open links to every file of the note. `fileLinks`: open links to certain
 * files. `requests`: open file requests. `sharedFiles`: files that another person has without the note, by a share or an invitation. The
 * instant `until` is the last expiry among the links, file requests and shared files.
 */
export type NoteAccess = FileAccess & { fileLinks?: Counted; requests?: Counted; sharedFiles?: Counted };
