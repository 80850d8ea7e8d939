import type { Page } from "playwright-core";
import type { Client } from "../../../../packages/client/src/index.ts";
import { holdRequests } from "./watch.ts";

/** The title field and the text field of a note, for `getByRole("textbox")`. */
export const TITLE = { name: "Title" };
export const TEXT = { name: "Text" };

/** Finds the rendered text. Before the text is rendered, the page shows a placeholder, and a click on the placeholder can be lost. */
export const rendered = (page: Page) => page.locator(".markdown");

/**
 * Writes "mine" in the open text field, and "theirs" through the client before the page saves.
 * Holds the requests of the page until both texts are written. If the page loaded "theirs" first, there would be no conflict.
 */
export async function makeConflict(page: Page, client: Client, id: string): Promise<void> {
  const held = await holdRequests(page, /\/notes\//);
  await page.getByRole("textbox", TEXT).fill("mine");
  await client.notes.update(id, { body: "theirs" });
  held.release();
  await page.getByText("This note was changed while you were writing").waitFor();
}

declare const document: { activeElement: unknown };

/** Returns whether the element has the focus. Runs in the page. */
export function isFocused(element: unknown): boolean {
  return document.activeElement === element;
}
