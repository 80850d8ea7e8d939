import { useEffectEvent, useLayoutEffect } from "react";

/** Every shortcut of the app, all of which the dialog behind `?` lists. "g n": one key after the other. "mod+k": Ctrl, on a Mac Cmd. */
export type Shortcut = "n" | "/" | "j" | "k" | "e" | "u" | "s" | "g n" | "g s" | "g a" | "g ," | "mod+k" | "?";

/** How long after the first key of two the second one counts. Milliseconds. */
const SEQUENCE_MS = 1_200;
const handlers = new Map<Shortcut, (() => void)[]>();
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
let prefix: { key: string; at: number } | undefined;

/**
 * Runs the handler when its key is pressed while the component is shown: `useShortcut("u", () => input.current?.click())`. Keys that are
 * typed into a field, pressed together with Ctrl, Alt or Cmd, or inside a dialog or a menu do nothing. Where two ask for the
 * same key, the later one has it. A new key goes into `Shortcut` above, and its words into `texts.shortcuts`.
 */
export function useShortcut(shortcut: Shortcut, handler: () => void, { isEnabled = true } = {}): void {
  const onPress = useEffectEvent(handler);
  // Before it is seen: whoever sees the page may press its keys.
  useLayoutEffect(() => {
    if (!isEnabled) return;
    const own = () => onPress();
    handlers.set(shortcut, [...(handlers.get(shortcut) ?? []), own]);
    return () => {
      handlers.set(
        shortcut,
        handlersOf(shortcut).filter((one) => one !== own),
      );
    };
  }, [shortcut, isEnabled]);
}

/** What a key is called on this machine. */
export function nameOfKey(key: string): string {
  return key === "mod" ? (isMac ? "⌘" : "Ctrl") : key.length === 1 ? key.toUpperCase() : key;
}

function handlersOf(shortcut: string): (() => void)[] {
  return handlers.get(shortcut as Shortcut) ?? [];
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const pressed = pressedShortcut(event);
  if (pressed === undefined) return;
  const handler = handlersOf(pressed).at(-1);
  // A key that is held down moves on in a list; it makes no second note.
  if (handler === undefined || (event.repeat && pressed !== "j" && pressed !== "k")) return;
  event.preventDefault();
  handler();
});

function pressedShortcut(event: KeyboardEvent): string | undefined {
  const first = prefix !== undefined && event.timeStamp - prefix.at < SEQUENCE_MS ? prefix.key : undefined;
  prefix = undefined;
  const key = event.key.toLowerCase();
  const hasMod = isMac ? event.metaKey : event.ctrlKey;
  if (hasMod && !event.altKey && !event.shiftKey) return isInside(event, DIALOGS) ? undefined : `mod+${key}`;
  if (event.ctrlKey || event.metaKey || event.altKey || isInside(event, `${FIELDS}, ${DIALOGS}`)) return undefined;
  if (first !== undefined) return `${first} ${key}`;
  if (key === "g") prefix = { key, at: event.timeStamp };
  return key;
}

const FIELDS = "input, textarea, select, [contenteditable]";
const DIALOGS = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";

function isInside(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null;
}
