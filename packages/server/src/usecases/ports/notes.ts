import type { Note, NoteWithRole } from "../../domain/note.ts";
import type { Page, PageRequest } from "./page.ts";

/** `search`: only notes with this text in their title, their body or the name of a listed file; case is ignored, no character is special. */
export type NotePageRequest = PageRequest & { search?: string | undefined };

export type NoteQueries = {
  insert(note: Note): Promise<void>;
  /**
   * Answers the note as it is now. `updatedAt`: its instant, or one millisecond after the last change where that is later.
   * `ifUpdatedAt`: only if the last change was then. Undefined: it wasn't, or the note is gone.
   */
  update(
    noteId: string,
    change: { title?: string; body?: string; updatedAt: number; ifUpdatedAt?: number | undefined },
  ): Promise<Note | undefined>;
  /** Keeps others from adding to the note and from deleting it until the transaction ends; false when it is gone. */
  hold(noteId: string): Promise<boolean>;
  /** Removes the note with its attachments, uploads and shares; the caller holds it, and has queued the objects for deletion. */
  delete(noteId: string): Promise<void>;
  /** By id; those that are gone are absent. One query. */
  titlesOf(noteIds: readonly string[]): Promise<Map<string, string>>;
  listOwned(userId: string, page: NotePageRequest): Promise<Page<Note>>;
  /** Notes with a live share for this person; newest first, as all lists are. */
  listShared(userId: string, page: NotePageRequest & { now: number }): Promise<Page<NoteWithRole>>;
};
