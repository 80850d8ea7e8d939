/**
 * Gives each open dialog, sheet, form and preview an entry in the history of the browser. "Back" closes the one on top, and the page stays.
 * This file keeps two numbers equal: the open entries, and the entries that the history has on top of the page.
 */

type Entry = { close: () => void };

/** The last entry is on top. */
const open: Entry[] = [];
let isScheduled = false;
/** Whether this file is removing entries. The browser does so asynchronously. */
let isGoing = false;

/** The number of entries that the history has on top of the page. The state keeps it over a reload. */
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

/** Waits for the current task, because a dialog may open in place of another one, or close together with a navigation. */
function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    if (!isGoing) balance();
  });
}

function balance(): void {
  // The method of the prototype does not notify the router, because the page stays the same.
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

// A link in a dialog leads to another page. That page replaces the entry of the dialog, so that "back" leads to the page of the dialog.
const { pushState } = history;
history.pushState = (...page) => {
  if (depth() === 0) pushState.apply(history, page);
  else History.prototype.replaceState.apply(history, page);
  schedule();
};

// After a reload no dialog is open, so its entry goes.
schedule();
