/**
 * Copies a text, and returns whether the copy succeeded. The caller must be a click handler, because some browsers require a user gesture.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  const whole = Promise.resolve(text);
  try {
    // Safari refuses to copy a text that arrives after the click, so the clipboard item contains a promise of the text.
    const item = whole.then((known) => new Blob([known], { type: "text/plain" }));
    item.catch(() => undefined);
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
    return true;
  } catch {
    return copyResolved(whole);
  }
}

/** Copies a text if the browser accepts no promise in a clipboard item, or denies the page access to the clipboard. */
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

/** Copies a text with a hidden field and a selection. Over plain HTTP, such as in a home network, `navigator.clipboard` is undefined. */
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const focused = document.activeElement;
  // An open dialog takes the focus back from fields outside of the dialog, so the hidden field is inside the dialog.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
