import { useEffectEvent, useLayoutEffect } from "react";

/** All keyboard shortcuts. "g n" means two keys in sequence. "mod" is Cmd on a Mac, and Ctrl on other systems. */
export type Shortcut = "n" | "/" | "j" | "k" | "e" | "u" | "s" | "g n" | "g s" | "g l" | "g a" | "g ," | "mod+k" | "?";

/** The actions on the open note that have no shortcut. The command palette offers these actions. */
export type NoteAction = "copy the address" | "download all" | "make a link" | "delete the note";

/** The maximum pause in milliseconds between the two keys of a sequence. */
const SEQUENCE_MS = 1_200;
const handlers: { shortcut: Shortcut | NoteAction; run: () => void }[] = [];
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
let prefix: { key: string; at: number } | undefined;

/**
 * Runs a handler when the user presses a shortcut, or chooses the action in the command palette. A shortcut has no effect in fields,
 * dialogs and menus. If several components use the same shortcut, the component that mounted last handles the shortcut.
 */
export function useShortcut(shortcut: Shortcut | NoteAction, handler: () => void, { isEnabled = true } = {}): void {
  const onPress = useEffectEvent(handler);
  // A layout effect runs before the paint, so shortcuts work as soon as the page is visible.
  useLayoutEffect(() => {
    if (!isEnabled) return;
    const own = { shortcut, run: () => onPress() };
    handlers.push(own);
    return () => void handlers.splice(handlers.indexOf(own), 1);
  }, [shortcut, isEnabled]);
}

/** Returns the function that a shortcut or an action runs on this page, or undefined if the page does not handle it. */
export function actionOf(shortcut: Shortcut | NoteAction): (() => void) | undefined {
  return handlers.findLast((handler) => handler.shortcut === shortcut)?.run;
}

/** Returns whether "mod", which is Cmd on a Mac and Ctrl on other systems, is pressed. */
function hasMod({ metaKey, ctrlKey }: Pick<KeyboardEvent, "metaKey" | "ctrlKey">): boolean {
  return isMac ? metaKey : ctrlKey;
}

export function nameOfKey(key: string): string {
  return key === "mod" ? (isMac ? "⌘" : "Ctrl") : key.length === 1 ? key.toUpperCase() : key;
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const pressed = pressedShortcut(event);
  const handler = handlers.findLast(({ shortcut }) => shortcut === pressed);
  // While the user holds a key, only `j` and `k` repeat, because they step through a list.
  if (handler === undefined || (event.repeat && pressed !== "j" && pressed !== "k")) return;
  event.preventDefault();
  handler.run();
});

function pressedShortcut(event: KeyboardEvent): string | undefined {
  const first = prefix !== undefined && event.timeStamp - prefix.at < SEQUENCE_MS ? prefix.key : undefined;
  prefix = undefined;
  const key = event.key.toLowerCase();
  if (hasMod(event) && !event.altKey && !event.shiftKey) return isInside(event, DIALOGS) ? undefined : `mod+${key}`;
  if (event.ctrlKey || event.metaKey || event.altKey || isInside(event, `${FIELDS}, ${DIALOGS}`)) return undefined;
  if (first !== undefined) return `${first} ${key}`;
  if (key === "g") prefix = { key, at: event.timeStamp };
  return key;
}

/** The elements that use the keys of shortcuts themselves. A file input uses only Space and Enter, so shortcuts work in a file input. */
const FIELDS = "input:not([type=file]), textarea, select, [contenteditable]";
const DIALOGS = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";

function isInside(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null;
}
