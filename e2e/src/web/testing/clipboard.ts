import type { Page } from "playwright-core";
import { expect } from "vitest";

/** The options of a person who may read the clipboard. */
export const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/**
 * Copies something, such as with a click, and returns the text that is on the clipboard then. All pages of a browser have one clipboard, also
 * those of earlier tests, so this function empties it first.
 */
export async function copiedBy(page: Page, copy: () => Promise<void>): Promise<string> {
  const read = () => page.evaluate<string>("navigator.clipboard.readText()");
  await page.evaluate("navigator.clipboard.writeText('')");
  await copy();
  await expect.poll(read).not.toBe("");
  return read();
}
