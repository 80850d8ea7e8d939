import { type Note, ValetKeyError } from "@valetkey/client";
import { atom } from "nanostores";
import type { client } from "../../../service/client.ts";
import { isNewNoteId } from "../../../service/new-notes.ts";
import { type DraftStorage, fieldsOf, type NoteFields, pick } from "./draft-storage.ts";

type Version = NoteFields & { updatedAt: string };

export type SaveState =
  | { kind: "idle" | "unsaved" | "saving" | "saved" }
  | { kind: "failed"; error: unknown }
  /** Another person changed a field that this user has edited. The draft keeps both texts until the user chooses one of the texts. */
  | { kind: "conflict"; theirs: NoteFields };

export type DraftView = NoteFields & { state: SaveState };

export type DraftContext = {
  notes: Pick<typeof client.notes, "get" | "update">;
  storage: DraftStorage;
  /** Runs after each save, with the new version of the note on the service. */
  onSaved: (noteId: string, version: Version) => void;
  onCreated: (draft: Draft, created: { note: Note; firstId: string }) => void;
};

/** The delay between the last key press and the save, in milliseconds. */
const SAVE_DELAY_MS = 800;
const FIRST_RETRY_MS = 3_000;
const LAST_RETRY_MS = 60_000;
const MAX_ATTEMPTS = 5;

/**
 * The text of one note in this tab. The draft outlives the component that shows the draft, saves the text, and retries failed saves. A
 * version from the service never replaces unsaved edits.
 */
export class Draft {
  /** The id of the note. A new note gets its final id when the first save creates the note. */
  noteId: string;
  /** The fields from before a restore, as the service has them. Undefined if the draft restored no edits. */
  beforeRestore: Partial<NoteFields> | undefined;
  readonly $view;
  readonly #context: DraftContext;
  readonly #canEdit: boolean;
  readonly #created = Promise.withResolvers<string>();
  /** The version of the note on which the edits are based. */
  #base: Version;
  /** The version on the service during a conflict. */
  #theirs: Version | undefined;
  #edits: Partial<NoteFields> = {};
  #attempts: Partial<NoteFields>[] = [];
  #saving: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(note: Note, context: DraftContext) {
    this.noteId = note.id;
    this.#context = context;
    this.#canEdit = note.role !== "viewer";
    this.#base = { title: note.title, body: note.body, updatedAt: note.updatedAt };
    this.$view = atom<DraftView>({ ...this.#fields(), state: { kind: "idle" } });
    if (!isNewNoteId(note.id)) this.#created.resolve(note.id);
    this.restore();
  }

  /** Resolves with the final id of the note when the service has created the note. */
  get created(): Promise<string> {
    return this.#created.promise;
  }

  isSaved(): boolean {
    return fieldsOf(this.#edits).length === 0;
  }

  /** Returns whether no component shows the draft and all edits are saved. */
  isIdle(): boolean {
    return this.$view.lc === 0 && this.isSaved();
  }

  /** Adopts the draft of a closed tab, unless this tab has unsaved edits. */
  restore(): void {
    const stored = this.#canEdit && this.isSaved() ? this.#context.storage.adopt(this.noteId) : undefined;
    if (stored === undefined) return;
    this.beforeRestore = pick(stored.base, fieldsOf(stored.edits));
    this.#base = { ...this.#base, ...stored.base };
    this.#edits = stored.edits;
    this.#attempts = stored.attempts;
    this.#show({ kind: "unsaved" });
  }

  /** Changes fields, and saves the change after a pause. */
  edit(change: Partial<NoteFields>): void {
    // The service refuses U+0000 and lone surrogates (broken Unicode), so the edits never contain these characters.
    for (const name of fieldsOf(change)) this.#edits[name] = change[name]?.toWellFormed().replaceAll("\0", "") ?? "";
    this.#store();
    const { state } = this.$view.get();
    this.#show(state.kind === "conflict" ? state : { kind: "unsaved" });
    if (state.kind !== "conflict") this.#saveIn(SAVE_DELAY_MS);
  }

  /** Changes fields, and saves the change immediately. */
  replace(change: Partial<NoteFields>): void {
    this.edit(change);
    void this.flush();
  }

  /** Shows a version from the service, but keeps the unsaved edits. */
  receive(version: Version): void {
    // During a save, only the response to this save may change the draft.
    if (version.updatedAt < this.#base.updatedAt || this.#saving !== undefined) return;
    this.#rebase(version);
    if (this.$view.get().state.kind === "unsaved") this.#saveIn(SAVE_DELAY_MS);
  }

  /** Saves unsaved edits immediately. The promise never rejects, because the state of the draft shows an error. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.$view.get().state.kind === "conflict") return;
    if (this.#isAbandoned()) this.#forgetEdits();
    while (this.#saving === undefined && !this.isSaved()) {
      this.#saving = this.#save().finally(() => {
        this.#saving = undefined;
      });
      await this.#saving;
      if (this.$view.get().state.kind !== "unsaved") return;
    }
    await this.#saving;
  }

  /** Resolves a conflict with the edits of this tab, which replace the version on the service. */
  keepMine(): void {
    this.#base = this.#theirs ?? this.#base;
    this.#show({ kind: "unsaved" });
    void this.flush();
  }

  /** Resolves a conflict with the version on the service. Returns the discarded edits. */
  takeTheirs(): Partial<NoteFields> {
    const mine = this.#edits;
    this.discard();
    this.#base = this.#theirs ?? this.#base;
    this.#show({ kind: "idle" });
    return mine;
  }

  /** Deletes the edits in this draft and in the storage of the browser. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#edits = {};
    this.#store();
  }

  async #save(): Promise<void> {
    const sent = { ...this.#edits };
    this.#attempts = [...this.#attempts.slice(1 - MAX_ATTEMPTS), sent];
    this.#store();
    this.#show({ kind: "saving" });
    try {
      const note = await this.#context.notes.update(this.noteId, { ...sent, ifUpdatedAt: this.#base.updatedAt });
      if (note.id !== this.noteId) return this.#become(note);
      this.#attempts = [];
      this.#settle(note);
    } catch (error) {
      if (error instanceof ValetKeyError && error.code === "note_changed") await this.#rebaseOnCurrent();
      else this.#fail(error);
    }
  }

  /** Continues with the note that the first save has created. Another tab may have created the note earlier with another text. */
  #become(note: Note): void {
    const firstId = this.noteId;
    this.#context.storage.remove(firstId);
    this.noteId = note.id;
    this.#store();
    this.#context.onCreated(this, { note, firstId });
    this.#created.resolve(note.id);
    this.#rebase(note);
    this.#attempts = [];
  }

  /** Returns whether the user has deleted the whole text of a new note before the first save. The service never creates such a note. */
  #isAbandoned(): boolean {
    const isUnsent = isNewNoteId(this.noteId) && this.#attempts.length === 0;
    return isUnsent && !this.isSaved() && Object.values(this.#edits).every((text) => text.trim() === "");
  }

  #forgetEdits(): void {
    this.#edits = {};
    this.#store();
    this.#show({ kind: "idle" });
  }

  async #rebaseOnCurrent(): Promise<void> {
    try {
      this.#rebase(await this.#context.notes.get(this.noteId));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#show({ kind: "failed", error });
    const { status = 500 } = error as { status?: number };
    const isFinal = status < 500 && status !== 429 && status !== 408;
    if (isFinal) return;
    this.#saveIn(this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  /** Bases the edits on another version. The result is a conflict if this version changes an edited field. */
  #rebase(version: Version): void {
    // The service may have saved the fields of an earlier attempt although no response arrived.
    const known = [this.#base, this.#edits, ...this.#attempts];
    const isKnown = (name: keyof NoteFields) => known.some((fields) => fields[name] === version[name]);
    if (fieldsOf(this.#edits).every(isKnown)) {
      this.#settle(version);
    } else {
      this.#theirs = version;
      this.#show({ kind: "conflict", theirs: { title: version.title, body: version.body } });
    }
  }

  #settle({ title, body, updatedAt }: Version): void {
    this.#base = { title, body, updatedAt };
    const { state } = this.$view.get();
    const edited = fieldsOf(this.#edits);
    const left = edited.filter((name) => this.#edits[name] !== this.#base[name]);
    this.#edits = pick(this.#edits, left);
    if (edited.length > 0) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#store();
      this.#context.onSaved(this.noteId, this.#base);
    }
    if (left.length === 0) this.#show(edited.length === 0 ? state : { kind: "saved" });
    else this.#show(state.kind === "failed" ? state : { kind: "unsaved" });
  }

  #saveIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delayMs);
  }

  #store(): void {
    const { storage } = this.#context;
    const base = { ...pick(this.#base, fieldsOf(this.#edits)), updatedAt: this.#base.updatedAt };
    if (this.isSaved()) storage.remove(this.noteId);
    else storage.save(this.noteId, { edits: this.#edits, base, attempts: this.#attempts });
  }

  #fields(): NoteFields {
    return { title: this.#base.title, body: this.#base.body, ...this.#edits };
  }

  #show(state: SaveState): void {
    this.$view.set({ ...this.#fields(), state });
  }
}
