import type { Note } from "@valetkey/client";
import { Draft, type DraftContext } from "./draft.ts";

/** The drafts of this tab, at most one for each note. */
export class DraftRegistry {
  readonly #context: DraftContext;
  readonly #drafts = new Map<string, Draft>();

  constructor(context: DraftContext) {
    this.#context = {
      ...context,
      onCreated: (draft, created) => {
        this.#drafts.delete(created.firstId);
        this.#drafts.set(draft.noteId, draft);
        context.onCreated(draft, created);
      },
    };
  }

  /** Returns the draft of a note. The first call creates the draft. */
  of(note: Note): Draft {
    const known = this.#drafts.get(note.id);
    if (known !== undefined) return known;
    const draft = new Draft(note, this.#context);
    this.#drafts.set(note.id, draft);
    return draft;
  }

  /** Removes a draft from this registry if the draft is saved and no component shows the draft. */
  release(draft: Draft): void {
    if (draft.isIdle() && this.#drafts.get(draft.noteId) === draft) this.#drafts.delete(draft.noteId);
  }

  discard(noteId: string): void {
    this.#drafts.get(noteId)?.discard();
    this.#drafts.delete(noteId);
  }

  discardAll(): void {
    for (const noteId of [...this.#drafts.keys()]) this.discard(noteId);
  }

  areSavedOf(noteId: string | undefined): boolean {
    return noteId === undefined || this.#drafts.get(noteId)?.isSaved() !== false;
  }

  areSaved(): boolean {
    return [...this.#drafts.values()].every((draft) => draft.isSaved());
  }

  /** Saves all drafts immediately. The promise never rejects. */
  async flushAll(): Promise<void> {
    await Promise.all([...this.#drafts.values()].map((draft) => draft.flush()));
  }

  /**
   * Saves the drafts of closed tabs. If the note of such a draft is open, the page of the note restores the draft. The promise never
   * rejects.
   */
  async saveAbandoned({ openNoteId }: { openNoteId: string | undefined }): Promise<void> {
    for (const noteId of await this.#context.storage.abandoned()) {
      if (noteId === openNoteId) {
        const open = this.#drafts.get(noteId);
        open?.restore();
        void open?.flush();
        continue;
      }
      try {
        const note = await this.#context.notes.get(noteId);
        const draft = this.of(note);
        draft.receive(note);
        await draft.flush();
        this.release(draft);
      } catch {
        // The draft stays stored. The page of its note shows why the draft cannot be saved.
      }
    }
  }
}
