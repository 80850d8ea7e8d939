import type { ListNotesQuery } from "@valetkey/client";
import { atom } from "nanostores";
import type { FileLayout } from "../files/picture-layout.ts";

/** Runs `use` on a storage of the browser. Returns undefined if the browser forbids storage, or if a stored text is damaged. */
export function inStorage<Result>(
  kind: "localStorage" | "sessionStorage",
  use: (storage: Storage) => Result,
): Result | undefined {
  try {
    return use(globalThis[kind]);
  } catch {
    return undefined;
  }
}

const read = (key: string): string | undefined =>
  inStorage("localStorage", (storage) => storage.getItem(key)) ?? undefined;

/** Stores a choice, or removes the stored choice. If the browser forbids storage, the choice lasts until the page is closed. */
function write(key: string, choice: string | undefined): void {
  inStorage("localStorage", (storage) =>
    choice === undefined ? storage.removeItem(key) : storage.setItem(key, choice),
  );
}

export type Theme = "system" | "light" | "dark";

/** The script /theme.js reads the same key before the first paint. */
const THEME = "valetkey.theme";

const { theme: shown } = document.documentElement.dataset;
export const $theme = atom<Theme>(shown === "light" || shown === "dark" ? shown : "system");

export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  write(THEME, theme === "system" ? undefined : theme);
  $theme.set(theme);
}

// A sign-out deletes all choices below this line (local-data.ts).

export type NoteOrder = NonNullable<ListNotesQuery["sort"]>;

export const NOTE_ORDERS = ["created", "changed", "title"] as const satisfies readonly NoteOrder[];

const NOTE_ORDER = "valetkey.note-order";

export const $noteOrder = atom<NoteOrder>(NOTE_ORDERS.find((order) => order === read(NOTE_ORDER)) ?? "created");

export function chooseOrder(order: NoteOrder): void {
  $noteOrder.set(order);
  write(NOTE_ORDER, order);
}

const FILE_LAYOUTS = "valetkey.file-layouts";
/** The number of notes whose layout the browser stores. A new choice replaces the oldest choice. */
const MOST_NOTES = 500;

/** The layout that the user has chosen for each note, with the oldest choice first. */
export const $fileLayouts = atom<Readonly<Record<string, FileLayout>>>(
  Object(inStorage("localStorage", (storage) => JSON.parse(storage.getItem(FILE_LAYOUTS) ?? "{}"))),
);

export function chooseFileLayout(noteId: string, layout: FileLayout): void {
  const { [noteId]: _, ...others } = $fileLayouts.get();
  const layouts = Object.fromEntries([...Object.entries(others), [noteId, layout]].slice(-MOST_NOTES));
  $fileLayouts.set(layouts);
  write(FILE_LAYOUTS, JSON.stringify(layouts));
}

const LAST_NOTE = "valetkey.last-note";

/** Stores on this device which note the user opened last. */
export function rememberNote(noteId: string): void {
  write(LAST_NOTE, noteId);
}

export function forgetNote(noteId: string): void {
  if (read(LAST_NOTE) === noteId) write(LAST_NOTE, undefined);
}

let hasStarted = false;
let startId: string | undefined;

/** Returns whether the app opened this note by itself at the start. If this note no longer exists, the app shows the list instead. */
export function isStart(noteId: string): boolean {
  return noteId === startId;
}

/**
 * Returns the note that the app opens at the start. Only the first call can return a note. A phone shows either the list or a note, so a
 * phone starts with the list.
 */
export function noteToStartWith({ pathname, search }: { pathname: string; search: object }): string | undefined {
  if (hasStarted) return undefined;
  hasStarted = true;
  if (pathname !== "/" || Object.keys(search).length > 0 || !matchMedia("(min-width: 48rem)").matches) return undefined;
  startId = read(LAST_NOTE);
  return startId;
}
