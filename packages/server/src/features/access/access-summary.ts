/** A number of people or links. `until`: an expiry in milliseconds since the epoch, or undefined for never. */
export type Counted = { count: number; until?: number | undefined };

/**
 * The access to one file that does not come from its note. The owner of the note does not count. An undefined member counts nothing.
 * `people`: people with a live share. `until` is the first expiry among the shares.
 * `invitations`: shares by email address whose receiver has not opened the file yet.
 * `links`: open links that name the file. `until` is the last expiry among the links.
 */
export type FileAccess = { people?: Counted; invitations?: Counted; links?: Counted };

/**
 * The access to a note. `links`: open links to every file of the note. `fileLinks`: open links to certain files. `requests`: open file
 * requests. `sharedFiles`: files that somebody has without the note, by a share or an invitation. `until` is the last expiry among them.
 */
export type NoteAccess = FileAccess & { fileLinks?: Counted; requests?: Counted; sharedFiles?: Counted };
