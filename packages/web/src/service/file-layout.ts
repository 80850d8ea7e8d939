import { atom } from "nanostores";
import type { FileLayout } from "../files/picture-layout.ts";

const KEY = "valetkey.file-layouts";
/** The browser stores the choice for this many notes. Later choices replace the earliest ones. */
const MOST_NOTES = 500;

/** The layout that the user chose for each note, the earliest choice first. The browser stores the layouts until the sign-out (local-data.ts). */
export const $fileLayouts = atom<Readonly<Record<string, FileLayout>>>(read());

function read(): Record<string, FileLayout> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Record<string, FileLayout>) : {};
  } catch {
    return {};
  }
}

export function chooseFileLayout(noteId: string, layout: FileLayout): void {
  const { [noteId]: _, ...others } = $fileLayouts.get();
  const layouts = Object.fromEntries([...Object.entries(others), [noteId, layout]].slice(-MOST_NOTES));
  $fileLayouts.set(layouts);
  try {
    localStorage.setItem(KEY, JSON.stringify(layouts));
  } catch {
    // If the browser forbids storage, the choice lasts until the page is closed.
  }
}
