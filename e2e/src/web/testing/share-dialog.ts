import type { Page } from "playwright-core";
import type { Share } from "../../../../packages/client/src/index.ts";
import type { Person } from "./person.ts";

/** Opens the page of the note, and its share dialog. Returns the dialog. */
export async function openShareDialog(page: Page, noteId: string): Promise<ReturnType<Page["getByRole"]>> {
  await page.goto(`/n/${noteId}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  return page.getByRole("dialog", { name: "Share this note" });
}

/** Finds the row of a user by the name or the email address. */
export const rowOf = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

/** Reads the shares and invitations of a note from the service. */
export async function sharesOf(
  { client }: Person,
  noteId: string,
): Promise<Pick<Share, "email" | "role" | "expiresAt">[]> {
  const { shares, invitations } = await client.shares.list({ noteId });
  return [...shares, ...invitations].map(({ email, role, expiresAt }) => ({ email, role, expiresAt }));
}
