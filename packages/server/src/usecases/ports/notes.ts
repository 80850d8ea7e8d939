import type { Note, NoteSummary, NoteSummaryWithRole } from "../../domain/note.ts";
import type { Page, PageRequest } from "./page.ts";

/**
 * `search`: only notes with this text in the title, the body or the name of a listed file. Ignores case. No character of the text is a
 * wildcard.
 */
export type NotePageRequest = PageRequest & { search?: string | undefined };

export type NoteQueries = {
  insert(note: Note): Promise<void>;
  /**
   * Returns the changed note. Its `updatedAt` is the given instant, or one millisecond after the last change if this instant is
   * later.
   * With `ifUpdatedAt`, the note changes only if its last change was at that instant. Returns undefined if the note was not changed, or
   * is deleted.
   */
  update(
    noteId: string,
    change: { title?: string; body?: string; updatedAt: number; ifUpdatedAt?: number | undefined },
  ): Promise<Note | undefined>;
  /** Locks the note against additions and deletion until the transaction ends. Returns false if the note is deleted. */
  hold(noteId: string): Promise<boolean>;
  /** Deletes the note with its attachments, uploads and shares. The caller holds the note and queues the deletion of its objects. */
  delete(noteId: string): Promise<void>;
  /** Titles by id. Deleted notes are absent. One query. */
  titlesOf(noteIds: readonly string[]): Promise<Map<string, string>>;
  /** Lists the notes of a user. Never reads their bodies. */
  listOwned(userId: string, page: NotePageRequest): Promise<Page<NoteSummary>>;
  /** Notes with a live share for this user, newest first. */
  listShared(userId: string, page: NotePageRequest & { now: number }): Promise<Page<NoteSummaryWithRole>>;
};
