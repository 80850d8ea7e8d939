import type { Note } from "@valetkey/client";
import { atom } from "nanostores";

const PREFIX = "new-";

/**
 * Makes a temporary id for a note that the service has not created yet. The URL of the page contains this id, and the first letter or file
 * creates the note. The id is also the idempotency key, so that a repeated request creates no second note.
 */
export function newNoteId(): string {
  return `${PREFIX}${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

export function isNewNoteId(noteId: string | undefined): boolean {
  return noteId?.startsWith(PREFIX) === true;
}

/** Returns the empty note that the page shows until the service has created the note. */
export function blankNote(id: string, { id: ownerId, name, email }: { id: string; name: string; email: string }): Note {
  // Every version from the service is newer than this instant.
  const createdAt = new Date(0).toISOString();
  return {
    id,
    title: "",
    body: "",
    ownerId,
    owner: { id: ownerId, name, email },
    role: "owner",
    createdAt,
    updatedAt: createdAt,
    attachments: [],
    attachmentsCursor: null,
    attachmentCount: 0,
    accessRequestCount: 0,
    accessExpiresAt: null,
    isNew: false,
    isPinned: false,
    access: {},
  };
}

/** Maps the temporary ids of the notes that this page has created to their final ids. */
export const $createdNotes = atom<Readonly<Record<string, string>>>({});

/**
 * Returns the temporary id of a note that this page has created, or the id of any other note. The page uses this id as a key, so that its
 * fields and the focus stay when a new note gets its final id.
 */
export function firstIdOf(noteId: string): string {
  return Object.entries($createdNotes.get()).find(([, created]) => created === noteId)?.[0] ?? noteId;
}
