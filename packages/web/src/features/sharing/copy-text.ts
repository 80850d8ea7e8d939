/**
 * Copies a text that is still on its way; to be called in the click itself, for browsers that ask for one. Answers false where it can't:
 * without HTTPS pages have no clipboard.
 */
export async function copyText(text: Promise<string>): Promise<boolean> {
  try {
    const item = text.then((whole) => new Blob([whole], { type: "text/plain" }));
    item.catch(() => undefined);
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
    return true;
  } catch {
    return writeWhenThere(text);
  }
}

/** For browsers whose clipboard takes no promises. */
async function writeWhenThere(text: Promise<string>): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(await text);
    return true;
  } catch {
    return false;
  }
}

/** The old way, which needs no HTTPS: selects the text of a field and copies it. Answers false where it only could be selected. */
export function copyField(field: HTMLInputElement): boolean {
  const before = document.activeElement;
  field.focus();
  field.select();
  const isCopied = document.execCommand("copy");
  if (isCopied && before instanceof HTMLElement) before.focus();
  return isCopied;
}
