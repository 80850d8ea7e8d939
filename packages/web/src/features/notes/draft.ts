import type { Note } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { dropDraft, keepDraft, keysOf, pick, type Texts, takeOverDraft } from "./kept-draft.ts";
import { showSaved } from "./show-saved.ts";

type Version = Texts & { updatedAt: string };

export type SaveState =
  | { kind: "idle" | "unsaved" | "saving" | "saved" }
  | { kind: "failed"; error: unknown }
  /** Someone else has changed what is being edited; neither is lost until one is chosen. */
  | { kind: "conflict"; theirs: Texts };

export type DraftView = Texts & { state: SaveState };

/** From the last key to the saving. Milliseconds. */
const PAUSE_MS = 800;
const FIRST_RETRY_MS = 3_000;
const LAST_RETRY_MS = 60_000;
/** Of older attempts, those that are remembered. */
const ATTEMPTS = 5;

/**
 * What one person writes on one note, from the key to the service. It outlives the page that shows it: what could not be saved is
 * tried again, and nothing that comes from the service replaces what is not saved.
 */
export class Draft {
  readonly noteId: string;
  /** What was there before, of what an earlier page could not save and was brought back; undefined: nothing was. */
  before: Partial<Texts> | undefined;
  readonly #canEdit: boolean;
  #base: Version;
  /** What the service has, as long as it contradicts the edits. */
  #theirs: Version | undefined;
  #edits: Partial<Texts>;
  #attempts: Partial<Texts>[];
  #view: DraftView;
  #saving: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;
  readonly #listeners = new Set<() => void>();

  constructor(note: Note) {
    this.noteId = note.id;
    this.#canEdit = note.role !== "viewer";
    this.#base = { title: note.title, body: note.body, updatedAt: note.updatedAt };
    this.#edits = {};
    this.#attempts = [];
    this.#view = { ...this.#texts(), state: { kind: "idle" } };
    this.bringBack();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): DraftView => this.#view;

  isSaved(): boolean {
    return keysOf(this.#edits).length === 0;
  }

  isAtRest(): boolean {
    return this.#listeners.size === 0 && this.isSaved();
  }

  /** Takes what an earlier page could not save, unless something is written here already. */
  bringBack(): void {
    const kept = this.#canEdit && this.isSaved() ? takeOverDraft(this.noteId) : undefined;
    if (kept === undefined) return;
    this.before = pick(kept.base, keysOf(kept.edits));
    this.#base = { ...this.#base, ...kept.base };
    this.#edits = kept.edits;
    this.#attempts = kept.attempts;
    this.#show({ kind: "unsaved" });
  }

  /** Takes what was typed; it is saved after a pause. */
  edit(change: Partial<Texts>): void {
    // Half a character and U+0000 can't be saved.
    for (const key of keysOf(change)) this.#edits[key] = change[key]?.toWellFormed().replaceAll("\0", "") ?? "";
    this.#keep();
    const { state } = this.#view;
    this.#show(state.kind === "conflict" ? state : { kind: "unsaved" });
    if (state.kind !== "conflict") this.#saveIn(PAUSE_MS);
  }

  /** Takes what was chosen, and saves it at once. */
  replace(change: Partial<Texts>): void {
    this.edit(change);
    void this.flush();
  }

  /** Takes what the service has now; what is not saved stays as it is. */
  adopt(note: Version): void {
    // What was overtaken by a later answer is old; while saving, the answer to that says what is.
    if (note.updatedAt < this.#base.updatedAt || this.#saving !== undefined) return;
    this.#rebase(note);
    if (this.#view.state.kind === "unsaved") this.#saveIn(PAUSE_MS);
  }

  /** Saves at once what is not saved. Never rejects: the state says how it went. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#view.state.kind === "conflict") return;
    while (this.#saving === undefined && keysOf(this.#edits).length > 0) {
      this.#saving = this.#save().finally(() => {
        this.#saving = undefined;
      });
      await this.#saving;
      if (this.#view.state.kind !== "unsaved") return;
    }
    await this.#saving;
  }

  /** Ends a conflict: what was written here replaces the other. */
  keepMine(): void {
    this.#base = this.#theirs ?? this.#base;
    this.#show({ kind: "unsaved" });
    void this.flush();
  }

  /** Ends a conflict: what is on the service stays. Answers with what was written here. */
  takeTheirs(): Partial<Texts> {
    const mine = this.#edits;
    this.drop();
    this.#base = this.#theirs ?? this.#base;
    this.#show({ kind: "idle" });
    return mine;
  }

  /** Forgets everything: the note is gone, or the person is. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#edits = {};
    this.#keep();
  }

  async #save(): Promise<void> {
    const sent = { ...this.#edits };
    this.#attempts = [...this.#attempts.slice(1 - ATTEMPTS), sent];
    this.#keep();
    this.#show({ kind: "saving" });
    try {
      const note = await client.notes.update(this.noteId, { ...sent, ifUpdatedAt: this.#base.updatedAt });
      this.#attempts = [];
      this.#settle(note);
    } catch (error) {
      await this.#understand(error);
    }
  }

  async #understand(error: unknown): Promise<void> {
    if (!hasCode(error, "note_changed")) return this.#fail(error);
    try {
      this.#rebase(await client.notes.get(this.noteId));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(error: unknown): void {
    this.#show({ kind: "failed", error });
    const { status = 500 } = error as { status?: number };
    // What was refused for good is not tried again by itself.
    if (status < 500 && status !== 429 && status !== 408) return;
    this.#saveIn(this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  /** The edits stand on another version from now on; a conflict when that has changed what they changed. */
  #rebase(note: Version): void {
    // An attempt whose answer never came may have been saved all the same.
    const known = [this.#base, this.#edits, ...this.#attempts];
    const isOurs = (key: keyof Texts) => known.some((one) => one[key] === note[key]);
    if (keysOf(this.#edits).every(isOurs)) {
      this.#settle(note);
    } else {
      this.#theirs = note;
      this.#show({ kind: "conflict", theirs: { title: note.title, body: note.body } });
    }
  }

  #settle({ title, body, updatedAt }: Version): void {
    this.#base = { title, body, updatedAt };
    const { state } = this.#view;
    const edited = keysOf(this.#edits);
    const left = edited.filter((key) => this.#edits[key] !== this.#base[key]);
    this.#edits = pick(this.#edits, left);
    if (edited.length > 0) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#keep();
      showSaved(this.noteId, this.#base);
    }
    if (left.length === 0) this.#show(edited.length === 0 ? state : { kind: "saved" });
    else this.#show(state.kind === "failed" ? state : { kind: "unsaved" });
  }

  #saveIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delayMs);
  }

  #keep(): void {
    const keys = keysOf(this.#edits);
    const base = { ...pick(this.#base, keys), updatedAt: this.#base.updatedAt };
    if (keys.length === 0) dropDraft(this.noteId);
    else keepDraft(this.noteId, { edits: this.#edits, base, attempts: this.#attempts });
  }

  #texts(): Texts {
    return { title: this.#base.title, body: this.#base.body, ...this.#edits };
  }

  #show(state: SaveState): void {
    this.#view = { ...this.#texts(), state };
    for (const listener of this.#listeners) listener();
  }
}
