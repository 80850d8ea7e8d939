/**
 * Gives each open dialog, sheet, form and preview an entry in the history of the browser. The back button then closes the top element and
 * does not leave the page.
 *
 * This file keeps two numbers equal: the number of open elements, and the number of history entries above the page.
 */

type Entry = { close: () => void };

/** The open elements. The last element is on top. */
const open: Entry[] = [];
let isScheduled = false;
/** Whether the browser is removing history entries, which takes some time. */
let isGoing = false;

/** Returns the number of history entries above the page. The number is in the history state, so it survives a reload. */
const depth = (): number => (history.state as { dialogs?: number } | null)?.dialogs ?? 0;

/** Adds a history entry for an open element. Going back calls `close`. Returns a function that removes the entry. */
export function addHistoryEntry(close: () => void): () => void {
  const entry: Entry = { close };
  open.push(entry);
  schedule();
  return () => {
    open.splice(open.indexOf(entry), 1);
    schedule();
  };
}

/**
 * Balances the two numbers after the current task, because a dialog may replace another dialog, or close together with a navigation, in
 * this task.
 */
function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    if (!isGoing) balance();
  });
}

function balance(): void {
  // This method of the prototype does not notify the router. The router needs no event, because the page stays the same.
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

// A link in a dialog opens another page. The new page replaces the history entry of the dialog, so the back button returns to the page of
// the dialog.
const { pushState } = history;
history.pushState = (...page) => {
  if (depth() === 0) pushState.apply(history, page);
  else History.prototype.replaceState.apply(history, page);
  schedule();
};

// After a reload, no dialog is open, so the history entry of the dialog is removed.
schedule();
