/**
 * The elements that can have the roving focus. Elements in a form, a menu or a heading are not part of the roving focus, and keep the tab
 * order of the browser.
 */
const CONTROLS = "a[href], button:not(:disabled), input:not(:disabled)";
const APART = "form, [popover], [data-heading]";

/** The controls of each row, from top to bottom. A nested row comes after its outer row. */
type Rows = readonly (readonly HTMLElement[])[];

/**
 * Makes a whole list one tab stop. In a list, Up, Down, Home and End move the focus between the rows (`li`), and Left and Right move the
 * focus between the controls of a row. In a grid, all arrow keys move the focus between the tiles (`li`), and Tab reaches the other
 * controls of the focused tile. Returns a function that removes this behaviour.
 *
 * Source: https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/#kbd_roving_tabindex
 */
export function roveFocus(list: HTMLElement, layout: "rows" | "grid" = "rows"): () => void {
  let stop: HTMLElement | undefined;
  let stopRow = 0;

  const update = () => {
    const rows = rowsOf(list);
    const { activeElement, body } = list.ownerDocument;
    const isGone = stop !== undefined && !list.contains(stop);
    const all = rows.flat();
    const kept = all.find((control) => control === stop) ?? rows[clamp(stopRow, rows)]?.[0];
    stop = all.find((control) => control === activeElement) ?? all.find(isCurrent) ?? kept;
    // The focused row was removed, so another row gets the focus.
    if (isGone && activeElement === body) stop?.focus({ preventScroll: true });
    stopRow = rowIndexOf(rows, stop);
    const stops = layout === "grid" ? rows[stopRow] : [stop];
    for (const control of controlsOf(list)) control.tabIndex = stops?.includes(control) === true ? 0 : -1;
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    if (list.contains(relatedTarget as Node | null)) return;
    // A row may hide all its controls except the first control. If the tab stop were hidden, the Tab key could not reach the list.
    stop = rowsOf(list)[stopRow]?.[0] ?? stop;
    queueMicrotask(update);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = layout === "grid" ? nextTile(rowsOf(list), event) : nextOf(rowsOf(list), event);
    if (target === undefined) return;
    event.preventDefault();
    target.focus();
  };
  const observer = new MutationObserver((changes) => {
    if (changes.some(changesControls)) update();
  });
  observer.observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current"] });
  list.addEventListener("focusin", update);
  list.addEventListener("focusout", onFocusOut);
  list.addEventListener("keydown", onKeyDown);
  update();
  return () => {
    observer.disconnect();
    list.removeEventListener("focusin", update);
    list.removeEventListener("focusout", onFocusOut);
    list.removeEventListener("keydown", onKeyDown);
  };
}

/** Returns whether a change adds, removes or marks a control. The picture of a tile, for example, arrives without a control. */
function changesControls({ type, addedNodes, removedNodes }: MutationRecord): boolean {
  const hasControl = (node: Node) =>
    "matches" in node && ((node as Element).matches(CONTROLS) || (node as Element).querySelector(CONTROLS) !== null);
  return type === "attributes" || [...addedNodes, ...removedNodes].some(hasControl);
}

function controlsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(CONTROLS)].filter((control) => control.closest(APART) === null);
}

function rowsOf(list: HTMLElement): Rows {
  const rows = new Map<Element | null, HTMLElement[]>([...list.querySelectorAll("li")].map((row) => [row, []]));
  for (const control of controlsOf(list)) if (control.checkVisibility()) rows.get(control.closest("li"))?.push(control);
  return [...rows.values()].filter((controls) => controls.length > 0);
}

function nextOf(rows: Rows, { key, target }: KeyboardEvent): HTMLElement | undefined {
  const at = rowIndexOf(rows, target);
  const controls = rows[at] ?? [];
  const column = controls.indexOf(target as HTMLElement);
  if (column === -1) return undefined;
  const inRow = (index: number) => {
    const row = rows[clamp(index, rows)] ?? [];
    return row[clamp(column, row)];
  };
  // On a menu button, the keys Up and Down open the menu and do not move the focus.
  const isMenuButton = controls[column]?.getAttribute("aria-haspopup") === "menu";
  switch (key) {
    case "ArrowDown":
      return isMenuButton ? undefined : inRow(at + 1);
    case "ArrowUp":
      return isMenuButton ? undefined : inRow(at - 1);
    case "Home":
      return inRow(0);
    case "End":
      return inRow(rows.length - 1);
    case "ArrowLeft":
      return controls[clamp(column - 1, controls)];
    case "ArrowRight":
      return controls[clamp(column + 1, controls)];
    default:
      return undefined;
  }
}

/**
 * Returns the main control of the next tile. Left and Right go to the neighbour, and Up and Down go to the tile above or below with the
 * largest overlap.
 */
function nextTile(tiles: Rows, { key, target }: KeyboardEvent): HTMLElement | undefined {
  const at = rowIndexOf(tiles, target);
  const isMenuButton = (target as Element).getAttribute("aria-haspopup") === "menu";
  switch (key) {
    case "ArrowLeft":
      return tiles[clamp(at - 1, tiles)]?.[0];
    case "ArrowRight":
      return tiles[clamp(at + 1, tiles)]?.[0];
    case "ArrowDown":
      return isMenuButton ? undefined : nearestTile(tiles, at, 1)?.[0];
    case "ArrowUp":
      return isMenuButton ? undefined : nearestTile(tiles, at, -1)?.[0];
    case "Home":
      return tiles[0]?.[0];
    case "End":
      return tiles.at(-1)?.[0];
    default:
      return undefined;
  }
}

function nearestTile(tiles: Rows, at: number, step: 1 | -1): Rows[number] | undefined {
  const boxOf = (index: number) => tiles[index]?.[0]?.closest("li")?.getBoundingClientRect();
  const from = boxOf(at);
  if (from === undefined) return undefined;
  const middle = (from.left + from.right) / 2;
  let nearest = at;
  let nearestTop: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let index = at + step, box = boxOf(index); box !== undefined; index += step, box = boxOf(index)) {
    if (Math.abs(box.top - from.top) < 1) continue;
    nearestTop ??= box.top;
    if (Math.abs(box.top - nearestTop) >= 1) break;
    const away = Math.max(0, box.left - middle, middle - box.right);
    if (away < distance) [nearest, distance] = [index, away];
  }
  return tiles[nearest];
}

function isCurrent(control: HTMLElement): boolean {
  return control.getAttribute("aria-current") === "page";
}

function rowIndexOf(rows: Rows, target: unknown): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.some((control) => control === target)),
  );
}

function clamp(index: number, items: readonly unknown[]): number {
  return Math.max(0, Math.min(items.length - 1, index));
}
