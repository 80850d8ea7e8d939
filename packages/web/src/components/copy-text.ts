/**
 * Copies a text, which may still be on its way; to be called in the click itself, as some browsers ask for one. Answers whether it is in the
 * clipboard now.
 */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  const whole = Promise.resolve(text);
  try {
    // A promise inside: Safari takes no text any more once the click is over.
    const item = whole.then((known) => new Blob([known], { type: "text/plain" }));
    item.catch(() => undefined);
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
    return true;
  } catch {
    return copyOnceKnown(whole);
  }
}

// For browsers whose clipboard takes no promises, and those that give the page none.
async function copyOnceKnown(text: Promise<string>): Promise<boolean> {
  const known = await text.catch(() => undefined);
  if (known === undefined) return false;
  try {
    await navigator.clipboard.writeText(known);
    return true;
  } catch {
    return copyBySelection(known);
  }
}

// Over plain http, as in a home network, there is no navigator.clipboard.
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const focused = document.activeElement;
  // Inside a dialog: it would take the focus back from anything outside.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
