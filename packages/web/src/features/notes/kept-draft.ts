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

const PREFIX = "valetkey.draft.";
/** This page, as no other one is called. */
const PAGE = `${Date.now()}.${Math.random()}`;
/** Each page keeps its own: two that write on one note don't overwrite each other's. */
const keyOf = (noteId: string, page = PAGE) => `${PREFIX}${noteId}@${page}`;

const lockOf = (page: string) => `valetkey.page:${page}`;
// Held as long as this page is there, which tells the others that it sees to what it has written.
void navigator.locks?.request(lockOf(PAGE), () => new Promise(() => undefined));

/** The locks of the pages that are there; undefined: not known yet, or not to be known in this browser. */
let present: ReadonlySet<string | undefined> | undefined;
async function lookForPages(): Promise<void> {
  const held = (await navigator.locks?.query())?.held;
  present = held && new Set(held.map(({ name }) => name));
}
void lookForPages();
addEventListener("focus", () => void lookForPages());

/** What this page keeps of a note, or else what one has left that is gone; undefined: everything was saved. */
export function readDraft(noteId: string): KeptDraft | undefined {
  return read(keyOf(noteId)) ?? read(leftOf(noteId));
}

/** Makes what a page has left, that is gone, this page's own. */
export function takeOverDraft(noteId: string): KeptDraft | undefined {
  const left = leftOf(noteId);
  const kept = read(left);
  if (kept === undefined || left === undefined) return undefined;
  keepDraft(noteId, kept);
  remove(left);
  return kept;
}

/** The notes on which pages that are gone have left something; none where the browser can't tell which those are. */
export async function leftDrafts(): Promise<string[]> {
  await lookForPages();
  if (present === undefined) return [];
  const noteIds = keptKeys().map((key) => key.slice(PREFIX.length, key.lastIndexOf("@")));
  return [...new Set(noteIds)].filter((noteId) => leftOf(noteId) !== undefined);
}

export function keepDraft(noteId: string, draft: KeptDraft): void {
  try {
    localStorage.setItem(keyOf(noteId), JSON.stringify(draft));
  } catch {
    // A browser that stores nothing, or has no room: what is written is still on the page, and on its way.
  }
}

/** Forgets what this page kept. */
export function dropDraft(noteId: string): void {
  remove(keyOf(noteId));
}

/** Where something of a note is that was kept by another page, and none that is still there. */
function leftOf(noteId: string): string | undefined {
  return keptKeys().find((key) => {
    const page = key.slice(key.lastIndexOf("@") + 1);
    return key === keyOf(noteId, page) && page !== PAGE && present?.has(lockOf(page)) !== true;
  });
}

function keptKeys(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function read(key: string | undefined): KeptDraft | undefined {
  try {
    const kept = key === undefined ? null : localStorage.getItem(key);
    return kept === null ? undefined : (JSON.parse(kept) as KeptDraft);
  } catch {
    return undefined;
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // A browser that stores nothing.
  }
}
