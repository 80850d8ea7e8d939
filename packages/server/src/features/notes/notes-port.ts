import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Note, NoteSummary, NoteSummaryWithRole } from "../access/note.ts";

/**
 * `search`: only notes that contain this text in the title, the body or the name of a file that lists show. Ignores case. No character of
 * the text is a wildcard.
 */
export type NotePageRequest = PageRequest & { search?: string | undefined };

export type NoteQueries = {
  insert(note: Note): Promise<void>;
  /**
   * Changes a note and returns it. The new `updatedAt` is the given instant, but at least one millisecond after the previous `updatedAt`.
   * If `ifUpdatedAt` is set, changes the note only if its last change was at that instant. Returns undefined if it changed nothing, or if
   * the note is deleted.
   */
  update(
    noteId: string,
    change: { title?: string; body?: string; updatedAt: number; ifUpdatedAt?: number | undefined },
  ): Promise<Note | undefined>;
  /**
   * Deletes the note with its attachments, uploads and shares. The caller must have locked the note, and must queue the deletion of the
   * objects.
   */
  delete(noteId: string): Promise<void>;
  /** Lists the notes that a user owns. Does not read the bodies of the notes. */
  listOwned(userId: string, page: NotePageRequest): Promise<Page<NoteSummary>>;
  /** Lists the notes that are shared with this user through a valid share, newest first. */
  listShared(
    userId: string,
    page: NotePageRequest & { now: number },
  ): Promise<Page<Omit<NoteSummaryWithRole, "access">>>;
};
