import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Client, Share } from "../../../../packages/client/src/index.ts";
import type { Person } from "./person.ts";
import { holdRequests } from "./watch.ts";

/** The title field and the text field of a note, for `getByRole("textbox")`. */
export const TITLE = { name: "Title" };
export const TEXT = { name: "Text" };

/** Finds the rendered text. The page first shows a placeholder, and a click on the placeholder can be lost. */
export const rendered = (page: Page) => page.locator(".markdown");

/** Reads the source in the open text field. Each line is a paragraph. */
export async function sourceOf(page: Page): Promise<string> {
  return (await page.getByRole("textbox", TEXT).locator("p").allTextContents()).join("\n");
}

/**
 * Writes "mine" in the open text field, and "theirs" through the client before the page saves. Holds the requests of the page until both
 * texts are written, because a page that loads "theirs" first has no conflict.
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

/**
 * Waits until the dialog is closed and has no entry in the history. The app removes the entry asynchronously, which would interrupt a
 * `goto` or a `reload`.
 */
export async function waitUntilClosed(dialog: Locator): Promise<void> {
  await dialog.waitFor({ state: "detached" });
  await expect.poll(() => dialog.page().evaluate("history.state?.dialogs ?? 0")).toBe(0);
}

/** Opens the page of a note and its share dialog. Returns the dialog. */
export async function openShareDialog(page: Page, noteId: string): Promise<ReturnType<Page["getByRole"]>> {
  await page.goto(`/n/${noteId}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  return page.getByRole("dialog", { name: "Share" });
}

/** Opens the page of the user's note, and the links of the note in its share dialog. Returns the dialog. */
export async function openLinks(page: Page, noteId: string): Promise<ReturnType<Page["getByRole"]>> {
  const dialog = await openShareDialog(page, noteId);
  await dialog.getByRole("tab", { name: "Link" }).click();
  return dialog;
}

export async function chooseForLink(page: Page, { label, action }: { label: string; action: string }): Promise<void> {
  await page.getByRole("button", { name: `More about the link “${label}”` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** Finds the row of a user by name or email address. */
export const rowOf = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

/** Reads the shares and invitations of a note from the service. */
export async function sharesOf(
  { client }: Person,
  noteId: string,
): Promise<Pick<Share, "email" | "role" | "expiresAt">[]> {
  const { shares, invitations } = await client.shares.list({ noteId });
  return [...shares, ...invitations].map(({ email, role, expiresAt }) => ({ email, role, expiresAt }));
}
