/**
 * Copies a text. Returns whether the copy succeeded. Call it directly in the click handler, because some browsers require a user gesture.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  const whole = Promise.resolve(text);
  try {
    // The item contains a promise, because Safari refuses to copy a text that arrives after the click is over.
    const item = whole.then((known) => new Blob([known], { type: "text/plain" }));
    item.catch(() => undefined);
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
    return true;
  } catch {
    return copyResolved(whole);
  }
}

/** Used in browsers that accept no promise in the clipboard, and in browsers that deny the page access to the clipboard. */
async function copyResolved(text: Promise<string>): Promise<boolean> {
  const known = await text.catch(() => undefined);
  if (known === undefined) return false;
  try {
    await navigator.clipboard.writeText(known);
    return true;
  } catch {
    return copyBySelection(known);
  }
}

/** Over plain HTTP, as in a home network, `navigator.clipboard` is undefined. */
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const focused = document.activeElement;
  // The field is inside the open dialog, because a dialog takes the focus back from a field outside of it.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
