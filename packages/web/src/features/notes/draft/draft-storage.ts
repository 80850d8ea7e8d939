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
  /** The edited fields as the service had them when the edits began. */
  base: Partial<NoteFields> & { updatedAt: string };
  /** The edits that the tab has sent since the edits began, including edits without a response. */
  attempts: Partial<NoteFields>[];
};

const PREFIX = "valetkey.draft.";
const lockOf = (tab: string) => `valetkey.page:${tab}`;

type Browser = {
  /** A function, because reading `localStorage` throws an error if the browser forbids storage. */
  storage: () => Storage;
  /** Undefined over plain HTTP, where browsers have no Web Locks. */
  locks: Pick<LockManager, "request" | "query"> | undefined;
  /** The id of this tab, which differs from the ids of all other tabs. */
  tab: string;
};

/**
 * Stores drafts in the browser, so that a crash or a closed tab loses no text. Each tab stores its own drafts, and holds a Web Lock while
 * the tab is open. If no tab holds the lock of a draft, the draft is abandoned, and another tab may adopt the draft.
 */
export class DraftStorage {
  readonly #browser: Browser;
  /** The ids of all open tabs. Undefined before the first `refresh`, and in browsers without Web Locks. */
  #openTabs: ReadonlySet<string | undefined> | undefined;

  constructor(browser: Browser) {
    this.#browser = browser;
    void browser.locks?.request(lockOf(browser.tab), () => new Promise(() => undefined));
  }

  /** Finds out which tabs are open. Call `refresh` again if a tab may have closed since the last call. */
  async refresh(): Promise<void> {
    const held = (await this.#browser.locks?.query())?.held;
    this.#openTabs = held && new Set(held.map(({ name }) => name));
  }

  /** Returns the draft of this tab, or an abandoned draft if this tab has no draft. */
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

  /** Returns the ids of the notes that have an abandoned draft. Without Web Locks, the list is empty. */
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
   * Runs `work` on the storage of the browser. Returns undefined if the storage is full, forbidden or damaged. The page then still has the
   * text, and saves the text to the service.
   */
  #use<Result>(work: (storage: Storage) => Result): Result | undefined {
    try {
      return work(this.#browser.storage());
    } catch {
      return undefined;
    }
  }
}
