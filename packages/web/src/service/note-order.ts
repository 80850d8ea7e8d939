import type { ListNotesQuery } from "@valetkey/client";
import { atom } from "nanostores";

export type NoteOrder = NonNullable<ListNotesQuery["sort"]>;

export const NOTE_ORDERS = ["created", "changed", "title"] as const satisfies readonly NoteOrder[];

const KEY = "valetkey.note-order";

/** The order of the user's own notes. The browser stores the order until the sign-out (local-data.ts). */
export const $noteOrder = atom<NoteOrder>(read());

function read(): NoteOrder {
  try {
    const stored = localStorage.getItem(KEY);
    return NOTE_ORDERS.find((order) => order === stored) ?? "created";
  } catch {
    return "created";
  }
}

export function chooseOrder(order: NoteOrder): void {
  $noteOrder.set(order);
  try {
    localStorage.setItem(KEY, order);
  } catch {
    // If the browser forbids storage, the order lasts until the page is closed.
  }
}
