/** The buttons on which each click of a double click counts, such as zoom buttons. */
const COUNTS = "[data-counts-clicks]";
/** In a text with several lines, Enter only adds a line. */
const LINES = "textarea, [contenteditable]";

/**
 * Ignores the second click of a double click on a button, and the repetitions of a held key on a button or in a form.
 *
 * After a fast response, a button works again before the second click. The second click would then submit the form again, or hit a new
 * button in the same place. Returns a function that removes the listeners.
 */
export function ignoreRepeatedClicks(page: Document): () => void {
  const options = { capture: true } as const;
  page.addEventListener("click", onClick, options);
  page.addEventListener("keydown", onKey, options);
  return () => {
    page.removeEventListener("click", onClick, options);
    page.removeEventListener("keydown", onKey, options);
  };
}

function onClick(event: MouseEvent): void {
  // `detail` is the number of clicks in quick succession. For a click by the keyboard or by a script, `detail` is 0.
  if (event.detail > 1 && isOn(event, "button, [role=button]")) stop(event);
}

function onKey(event: KeyboardEvent): void {
  if (!event.repeat) return;
  if (event.key === "Enter" && isOn(event, "button, form") && !isOn(event, LINES)) stop(event);
  if (event.key === " " && isOn(event, "button")) stop(event);
}

function isOn({ target }: Event, selector: string): boolean {
  if (target === null || !("closest" in target)) return false;
  const element = target as Element;
  return element.closest(selector) !== null && element.closest(COUNTS) === null;
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
