import type { Page } from "playwright-core";
import { expect } from "vitest";

/** The title field and the text field of a note, for `getByRole("textbox")`. */
export const TITLE = { name: "Title" };
export const TEXT = { name: "Text" };

/** Polls for up to 15 seconds, because the page saves only after a pause in the typing. */
export const soon: typeof expect.poll = (read) => expect.poll(read, { timeout: 15_000 });

/** The rendered text. Before it, the page shows a placeholder, and a click on the placeholder can be lost. */
export const rendered = (page: Page) => page.locator(".markdown");

declare const document: { activeElement: unknown };

/** Runs in the page. */
export function isFocused(element: unknown): boolean {
  return document.activeElement === element;
}
