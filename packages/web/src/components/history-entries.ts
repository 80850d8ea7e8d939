/**
 * Gives each open dialog, sheet, form and preview an entry in the history of the browser. "Back" closes the top element, and the page
 * stays.
 * This file keeps two numbers equal: the number of open entries, and the number of history entries above the page.
 */

type Entry = { close: () => void };

/** The last entry is on top. */
const open: Entry[] = [];
let isScheduled = false;
/** Whether this file is removing entries. The browser removes entries asynchronously. */
let isGoing = false;

/** Returns the number of history entries above the page. The history state keeps the number after a reload. */
const depth = (): number => (history.state as { dialogs?: number } | null)?.dialogs ?? 0;

/** Adds an entry, and calls `close` when the user goes back. Returns a function that removes the entry. */
export function addHistoryEntry(close: () => void): () => void {
  const entry: Entry = { close };
  open.push(entry);
  schedule();
  return () => {
    open.splice(open.indexOf(entry), 1);
    schedule();
  };
}

/** Waits for the current task. In this task, a dialog may replace another dialog, or may close together with a navigation. */
function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    if (!isGoing) balance();
  });
}

function balance(): void {
  // The method of the prototype does not notify the router. The page stays the same, so the router needs no event.
  while (depth() < open.length)
    History.prototype.pushState.call(history, { ...history.state, dialogs: depth() + 1 }, "");
  const extra = depth() - open.length;
  if (extra === 0) return;
  isGoing = true;
  history.go(-extra);
}

addEventListener("popstate", () => {
  if (!isGoing) for (const { close } of open.slice(depth()).reverse()) close();
  isGoing = false;
  schedule();
});

// A link in a dialog opens another page. The other page replaces the entry of the dialog, so that "back" opens the page with the dialog.
const { pushState } = history;
history.pushState = (...page) => {
  if (depth() === 0) pushState.apply(history, page);
  else History.prototype.replaceState.apply(history, page);
  schedule();
};

// After a reload, no dialog is open, so the entry of the dialog is removed.
schedule();
