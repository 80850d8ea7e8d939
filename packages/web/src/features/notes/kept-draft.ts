/** What a person writes on a note. */
export type Texts = { title: string; body: string };

export function keysOf(texts: Partial<Texts>): (keyof Texts)[] {
  return Object.keys(texts) as (keyof Texts)[];
}

export function pick(texts: Partial<Texts>, keys: readonly (keyof Texts)[]): Partial<Texts> {
  return Object.fromEntries(keys.map((key) => [key, texts[key]]));
}

/** What was written and is not saved: kept in this browser, so that a crash or a closed tab loses nothing. */
export type KeptDraft = {
  edits: Partial<Texts>;
  /** What the edited texts were on the service when the edits began, and when they were last changed there. */
  base: Partial<Texts> & { updatedAt: string };
  /** What was sent since, answered or not. */
  attempts: Partial<Texts>[];
};

const keyOf = (noteId: string) => `valetkey.draft.${noteId}`;

/** undefined: everything was saved. */
export function readDraft(noteId: string): KeptDraft | undefined {
  try {
    const kept = localStorage.getItem(keyOf(noteId));
    return kept === null ? undefined : (JSON.parse(kept) as KeptDraft);
  } catch {
    return undefined;
  }
}

export function keepDraft(noteId: string, draft: KeptDraft): void {
  try {
    localStorage.setItem(keyOf(noteId), JSON.stringify(draft));
  } catch {
    // A browser that stores nothing, or has no room: what is written is still on the page, and on its way.
  }
}

export function dropDraft(noteId: string): void {
  try {
    localStorage.removeItem(keyOf(noteId));
  } catch {
    // As above.
  }
}
