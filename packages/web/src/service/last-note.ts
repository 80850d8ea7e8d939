const KEY = "valetkey.last-note";

/** Stores on this device which note was opened last. A sign-out deletes the stored id (local-data.ts). */
export function rememberNote(noteId: string): void {
  try {
    localStorage.setItem(KEY, noteId);
  } catch {
    // A browser that forbids storage opens the app without a note.
  }
}

export function forgetNote(noteId: string): void {
  try {
    if (localStorage.getItem(KEY) === noteId) localStorage.removeItem(KEY);
  } catch {
    // A browser that forbids storage opens the app without a note.
  }
}

let hasStarted = false;
let startId: string | undefined;

/** Returns whether the app itself opened this note at its start. If the note is gone, the app shows the list instead. */
export function isStart(noteId: string): boolean {
  return noteId === startId;
}

/**
 * Returns the note that the app opens at its start. Only the first call can return a note. A phone starts with the list, because it shows
 * either the list or a note.
 */
export function noteToStartWith({ pathname, search }: { pathname: string; search: object }): string | undefined {
  if (hasStarted) return undefined;
  hasStarted = true;
  if (pathname !== "/" || Object.keys(search).length > 0 || !matchMedia("(min-width: 48rem)").matches) return undefined;
  try {
    startId = localStorage.getItem(KEY) ?? undefined;
    return startId;
  } catch {
    return undefined;
  }
}
