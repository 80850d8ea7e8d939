import type { Note } from "@valetkey/client";
import { atom } from "nanostores";

const PREFIX = "new-";

/**
 * Makes the id of a note that the service does not have yet. The page of the note shows this id in its URL, and the first letter or file
 * creates the note. The id is also the key of the creation, so that a repeated request creates no second note.
 */
export function newNoteId(): string {
  return `${PREFIX}${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

export function isNewNoteId(noteId: string | undefined): boolean {
  return noteId?.startsWith(PREFIX) === true;
}

/** Returns the note that the page shows before the service has the note. */
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

/** The ids of the notes that this page has created. The keys are the first ids of the notes. */
export const $createdNotes = atom<Readonly<Record<string, string>>>({});

/** Returns the first id of a note. The id stays the same when the service creates the note, so that the page keeps its fields and the focus. */
export function firstIdOf(noteId: string): string {
  return Object.entries($createdNotes.get()).find(([, created]) => created === noteId)?.[0] ?? noteId;
}
