/** The fields of a note that a user writes. */
export type NoteFields = { title: string; body: string };

export function fieldsOf(fields: Partial<NoteFields>): (keyof NoteFields)[] {
  return Object.keys(fields) as (keyof NoteFields)[];
}

export function pick(fields: Partial<NoteFields>, names: readonly (keyof NoteFields)[]): Partial<NoteFields> {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/** The unsaved edits of one tab on one note. */
export type StoredDraft = {
  edits: Partial<NoteFields>;
  /** The edited fields in the version of the service at the start of the edit. */
  base: Partial<NoteFields> & { updatedAt: string };
  /** The edits that the tab has sent since the start, even without a response. */
  attempts: Partial<NoteFields>[];
};

const PREFIX = "valetkey.draft.";
const lockOf = (tab: string) => `valetkey.page:${tab}`;

type Browser = {
  /** `localStorage` is behind a function, because the access throws if the browser forbids storage. */
  storage: () => Storage;
  /** Undefined on a page with plain HTTP. */
  locks: Pick<LockManager, "request" | "query"> | undefined;
  /** The id of this tab. Each tab of the browser has a different id. */
  tab: string;
};

/**
 * Stores drafts in the browser, so that a crash or a closed tab loses no text. Each tab stores its own drafts, and holds a lock while it is
 * open. If no tab holds the lock of a draft, the draft is abandoned, and another tab may adopt it.
 */
export class DraftStorage {
  readonly #browser: Browser;
  /** The locks of all open tabs. Undefined before the first `refresh`, and in a browser without locks. */
  #openTabs: ReadonlySet<string | undefined> | undefined;

  constructor(browser: Browser) {
    this.#browser = browser;
    void browser.locks?.request(lockOf(browser.tab), () => new Promise(() => undefined));
  }

  /** Finds out which tabs are open. The caller must call `refresh` if another tab may have closed since the last call. */
  async refresh(): Promise<void> {
    const held = (await this.#browser.locks?.query())?.held;
    this.#openTabs = held && new Set(held.map(({ name }) => name));
  }

  /** Returns the draft of this tab. If this tab has no draft, returns an abandoned draft. */
  read(noteId: string): StoredDraft | undefined {
    return this.#read(this.#keyOf(noteId)) ?? this.#read(this.#abandonedKeyOf(noteId));
  }

  /** Moves the draft of a closed tab to this tab. */
  adopt(noteId: string): StoredDraft | undefined {
    const key = this.#abandonedKeyOf(noteId);
    const draft = this.#read(key);
    if (draft === undefined || key === undefined) return undefined;
    this.save(noteId, draft);
    this.#remove(key);
    return draft;
  }

  /** Returns the ids of notes with an abandoned draft. In a browser without locks, returns no ids. */
  async abandoned(): Promise<string[]> {
    await this.refresh();
    if (this.#openTabs === undefined) return [];
    const noteIds = this.#keys().map((key) => key.slice(PREFIX.length, key.lastIndexOf("@")));
    return [...new Set(noteIds)].filter((noteId) => this.#abandonedKeyOf(noteId) !== undefined);
  }

  save(noteId: string, draft: StoredDraft): void {
    this.#use((storage) => storage.setItem(this.#keyOf(noteId), JSON.stringify(draft)));
  }

  remove(noteId: string): void {
    this.#remove(this.#keyOf(noteId));
  }

  #keyOf(noteId: string): string {
    return `${PREFIX}${noteId}@${this.#browser.tab}`;
  }

  #abandonedKeyOf(noteId: string): string | undefined {
    return this.#keys().find((key) => {
      const tab = key.slice(key.lastIndexOf("@") + 1);
      const isOfNote = key === `${PREFIX}${noteId}@${tab}`;
      return isOfNote && tab !== this.#browser.tab && this.#openTabs?.has(lockOf(tab)) !== true;
    });
  }

  #keys(): string[] {
    return this.#use((storage) => Object.keys(storage).filter((key) => key.startsWith(PREFIX))) ?? [];
  }

  #read(key: string | undefined): StoredDraft | undefined {
    if (key === undefined) return undefined;
    return this.#use((storage) => JSON.parse(storage.getItem(key) ?? "null") as StoredDraft | null) ?? undefined;
  }

  #remove(key: string): void {
    this.#use((storage) => storage.removeItem(key));
  }

  /**
   * Runs `work` on the storage. Returns undefined if the storage is full, forbidden or damaged. In these cases, the text stays on the page,
   * and the tab saves the text to the service.
   */
  #use<Result>(work: (storage: Storage) => Result): Result | undefined {
    try {
      return work(this.#browser.storage());
    } catch {
      return undefined;
    }
  }
}
