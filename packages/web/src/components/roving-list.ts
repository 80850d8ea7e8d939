type Code = typeof import("./roving-focus.ts");

const { promise: code, resolve } = Promise.withResolvers<Code>();
const load = () => resolve(import("./roving-focus.ts"));

/**
 * Makes a whole list one tab stop, with arrow keys between its rows (`li`). Use this function as the `ref` of the list.
 *
 * The code loads at the first key press or the first focus in a list, because many visits do not need the code. Until then, each control is
 * a tab stop.
 */
export function rovingList(list: HTMLElement | null): (() => void) | undefined {
  return roving(list, "rows");
}

/** Makes a whole grid one tab stop, with arrow keys between its tiles (`li`). Use this function as the `ref` of the grid. */
export function rovingGrid(list: HTMLElement | null): (() => void) | undefined {
  return roving(list, "grid");
}

function roving(list: HTMLElement | null, layout: "rows" | "grid"): (() => void) | undefined {
  if (list === null) return undefined;
  const ended = new AbortController();
  addEventListener("keydown", load, { capture: true, once: true, signal: ended.signal });
  list.addEventListener("focusin", load, { once: true, signal: ended.signal });
  const start = ({ roveFocus }: Code) => {
    if (!ended.signal.aborted) ended.signal.addEventListener("abort", roveFocus(list, layout));
  };
  code.then(start, () => undefined);
  return () => ended.abort();
}
