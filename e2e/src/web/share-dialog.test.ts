import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { findingsInBothThemes } from "./testing/axe.ts";
import { text } from "./testing/files.ts";
import { openShareDialog, rowOf, sharesOf, waitUntilClosed } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

/** The label of the Share button, which contains the number of people if there are several. */
const SHARE = /^Share( with \d+ people)?$/;

type Box = { scrollTop: number; scrollHeight: number; clientHeight: number };

describe("the share dialog", () => {
  const web = startWeb();

  it("the share dialog keeps each person's role while the owner types the next email address", async () => {
    const [ann, ben, cleo] = [
      await web.person("Ann Types"),
      // A long email address changes the layout of the dialog when its row appears. One click must still share the note.
      await web.person("Ben Typed", { emailDomain: "department-of-long-names.example.com" }),
      await web.person("Cleo Typed"),
    ];
    const note = await seedNote(ann.client, { title: "Plan" });
    const dialog = await openShareDialog(ann.page, note.id);
    const held = await holdRequests(ann.page, /\/shares$/);
    const share = dialog.getByRole("button", { name: SHARE });
    await dialog.getByLabel("Add people", { exact: true }).fill(ben.email);
    await share.click();
    await dialog.getByLabel("Add people", { exact: true }).fill(cleo.email);
    await dialog.getByRole("combobox", { name: "What they can do" }).selectOption("Can edit");
    expect(await share.isDisabled()).toBe(true);
    held.release();
    await dialog.getByRole("button", { name: `Take out ${ben.email}` }).waitFor({ state: "detached" });
    await share.click();
    await rowOf(ann.page, cleo.email)
      .getByRole("combobox", { name: `What ${cleo.email} can do` })
      .waitFor();
    expect((await sharesOf(ann, note.id)).sort((a, b) => String(a.email).localeCompare(String(b.email)))).toEqual([
      { email: ben.email, role: "viewer", expiresAt: null },
      { email: cleo.email, role: "editor", expiresAt: null },
    ]);
  });

  it("the share dialog shows the place of the next email address below many email addresses", async () => {
    const ann = await web.person("Ann Adds");
    const note = await seedNote(ann.client, { title: "Many" });
    const dialog = await openShareDialog(ann.page, note.id);
    const field = dialog.getByLabel("Add people", { exact: true });
    const emails = Array.from({ length: 20 }, (_, nth) => `a.person.with.a.long.name.${nth}@department.example.com`);
    await field.fill(`${emails.join(" ")} `);
    await dialog.getByText("20 people", { exact: true }).waitFor();
    const { above, below } = await field.evaluate((input) => {
      const { scrollTop, scrollHeight, clientHeight } = (input as unknown as { parentElement: Box }).parentElement;
      return { above: scrollTop, below: scrollHeight - clientHeight - scrollTop };
    });
    expect([above > 100, below < 2]).toEqual([true, true]);
  });

  it("the share dialog keeps typed email addresses after Escape, a reload and the back button", async () => {
    const ann = await web.person("Ann Keeps");
    const note = await seedNote(ann.client, { title: "Plan" });
    const people = ["ben@example.com", "cleo@example.com", "dan@example.com"];
    const reopen = () => openShareDialog(ann.page, note.id);
    let dialog = await reopen();
    const openRequest = async () => {
      await dialog.getByRole("tab", { name: "Link" }).click();
      await dialog.getByRole("button", { name: "Ask for files instead" }).click();
    };
    await dialog.getByLabel("Add people", { exact: true }).pressSequentially(`${people.join(", ")} `);
    await openRequest();
    await dialog.getByLabel("What is it about?").fill("The lease, please");
    await ann.page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Ask for files instead" }).waitFor();
    await ann.page.keyboard.press("Escape");
    await waitUntilClosed(dialog);
    await ann.page.getByRole("button", { name: "Share", exact: true }).click();
    for (const leave of [undefined, () => ann.page.reload(), () => ann.page.goBack()]) {
      if (leave !== undefined) {
        await leave();
        dialog = await reopen();
      }
      for (const email of people) await dialog.getByRole("button", { name: `Take out ${email}` }).waitFor();
      await openRequest();
      expect(await dialog.getByLabel("What is it about?").inputValue()).toBe("The lease, please");
    }
    await dialog.getByRole("button", { name: "Back" }).click();
    await dialog.getByRole("tab", { name: "People" }).click();
    await dialog.getByRole("button", { name: SHARE }).click();
    for (const email of people) await rowOf(ann.page, email).getByText("Invited. Must accept by").waitFor();
    dialog = await reopen();
    await rowOf(ann.page, "ben@example.com").waitFor();
    expect(await dialog.getByRole("button", { name: /^Take out/ }).count()).toBe(0);
  });

  it("requirement 44: the share dialog shows, changes, renews and revokes invitations", async () => {
    const [ann, ben] = [await web.person("Ann Five"), await web.person("Ben Five")];
    const note = await seedNote(ann.client, { title: "Minutes" });
    let dialog = await openShareDialog(ann.page, note.id);
    const field = dialog.getByLabel("Add people", { exact: true });
    await field.pressSequentially(`nobody@example.com, ${ben.email}`);
    await dialog.getByRole("button", { name: SHARE }).click();
    for (const email of ["nobody@example.com", ben.email]) {
      await rowOf(ann.page, email).getByText("Invited. Must accept by").waitFor();
    }
    const row = rowOf(ann.page, "nobody@example.com");
    await row.getByLabel("What nobody@example.com can do").selectOption("Can edit");
    await expect.poll(async () => (await sharesOf(ann, note.id)).map(({ role }) => role)).toContain("editor");
    dialog = await openShareDialog(ann.page, note.id);
    const linkOf = async () => (await ann.client.shares.list({ noteId: note.id })).invitations.map(({ url }) => url);
    const before = await linkOf();
    await row.getByRole("button", { name: "Replace invitation for nobody@example.com" }).click();
    await row.getByText("The old link no longer works.").waitFor();
    expect((await linkOf()).filter((url) => before.includes(url))).toHaveLength(1);
    await row.getByRole("button", { name: "Stop sharing with nobody@example.com" }).click();
    await dialog.getByText("nobody@example.com no longer has access.").waitFor();
    await expect.poll(async () => (await linkOf()).length).toBe(1);
    await dialog.getByRole("button", { name: "Undo" }).click();
    await row.getByText("Invited. Must accept by").waitFor();
    await expect.poll(async () => (await linkOf()).length).toBe(2);
    expect(await dialog.getByText("no longer has access").count()).toBe(0);
  });

  it("the share dialog refuses an incomplete email address and the user's own email address", async () => {
    const ann = await web.person("Ann Six");
    const note = await seedNote(ann.client, { title: "List" });
    const dialog = await openShareDialog(ann.page, note.id);
    const field = dialog.getByLabel("Add people", { exact: true });
    const share = dialog.getByRole("button", { name: SHARE });
    expect(await share.isDisabled()).toBe(true);
    await field.fill("dora@");
    await share.click();
    await dialog.getByText("“dora@” is not a complete email address").waitFor();
    // Backspace in the empty field turns the last entered email address back into text.
    await field.press("Backspace");
    expect(await field.inputValue()).toBe("dora@");
    const typed = ann.email.replace("ann.six", "ANN.SIX");
    await field.fill(typed);
    await share.click();
    await dialog.getByText(`${typed} is your own email address.`).waitFor();
    const puts = [...(ann.watch.requests.get(web.service.url) ?? [])].filter(({ method }) => method === "PUT");
    expect(puts).toEqual([]);
  });

  it("the share dialog reverts a change that the service refuses", async () => {
    const [ann, ben] = [await web.person("Ann Eight"), await web.person("Ben Eight")];
    ann.watch.expect(/^503 (PUT|DELETE) /);
    const note = await seedNote(ann.client, { title: "Budget", sharedWith: { userIds: [ben.id] } });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Eight");
    const role = row.getByLabel("What Ben Eight can do");
    await role.waitFor();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await ann.page.route(/\/shares/, async (route) => {
      if (route.request().method() === "GET") return route.continue();
      await released;
      const problem = { code: "database_unavailable", status: 503, message: "down" };
      await route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
    await role.selectOption("Can edit");
    // The page shows the new role before the service has responded.
    expect(await role.inputValue()).toBe("editor");
    release();
    await row.getByRole("alert").filter({ hasText: "can't reach its data" }).waitFor();
    expect(await role.inputValue()).toBe("viewer");
    await row.getByRole("button", { name: "Stop sharing with Ben Eight" }).click();
    await row.getByRole("alert").filter({ hasText: "can't reach its data" }).waitFor();
    expect(await role.inputValue()).toBe("viewer");
    expect((await sharesOf(ann, note.id)).map(({ email }) => email)).toEqual([ben.email]);
  });

  it("the share dialog of a file says if it could not load the people of the note", async () => {
    const [ann, ben] = [await web.person("Ann Ten"), await web.person("Ben Ten")];
    ann.watch.expect(/^500 GET .*\/notes\/.*\/shares/);
    const note = await seedNote(ann.client, {
      title: "Two",
      files: [text("terms.txt", "as agreed")],
      sharedWith: { userIds: [ben.id] },
    });
    const problem = { code: "internal", status: 500, message: "A fault." };
    await ann.page.route(/\/notes\/[^/]+\/shares$/, (route) =>
      route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(problem) }),
    );
    await ann.page.goto(`/n/${note.id}`);
    await rowOf(ann.page, "terms.txt").getByRole("button", { name: "More" }).click();
    await ann.page.getByRole("menuitem", { name: "Share with people…" }).click();
    const dialog = ann.page.getByRole("dialog", { name: "Share “terms.txt”" });
    await dialog.getByText("The list of people with access could not be loaded").waitFor();
    await ann.page.unroute(/\/notes\/[^/]+\/shares$/);
    await dialog.getByRole("button", { name: "Try again" }).click();
    await dialog.getByRole("listitem").filter({ hasText: "Through the whole note" }).getByText("Ben Ten").waitFor();
  });

  it("the share dialog works with the keyboard alone", async () => {
    const [ann, ben] = [await web.person("Ann Nine"), await web.person("Ben Nine")];
    const note = await seedNote(ann.client, { title: "Keys" });
    const { page } = ann;
    await page.goto(`/n/${note.id}`);
    await page.getByRole("button", { name: "Share", exact: true }).waitFor();
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog");
    await dialog.locator("input:focus").waitFor();
    await page.keyboard.type(ben.email);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await dialog.getByLabel(`What ${ben.email} can do`).waitFor();
    await dialog.locator("input:focus").waitFor();
    const name = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
    for (let steps = 0; (await name()) !== `Stop sharing with ${ben.email}`; steps++) {
      expect(steps).toBeLessThan(14);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    // The focus moves to the Undo button. After Undo, the focus moves back to the row.
    await dialog.locator("button:focus", { hasText: "Undo" }).waitFor();
    const reloaded = sharesRequested(page, "PUT").then(() => sharesRequested(page, "GET"));
    await page.keyboard.press("Enter");
    // Undo makes a new invitation with another id. The row must keep the focus when the list loads this invitation.
    await reloaded;
    await page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done), 0))");
    await dialog.locator(`[aria-label='Stop sharing with ${ben.email}']:focus`).waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toHaveLength(1);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.locator("button:focus", { hasText: "Share" }).waitFor();
  });

  it("the share dialog that shows an invited person has no serious axe findings", async () => {
    const ann = await web.person("Ann Ten");
    const ben = await web.person("Ben Ten");
    const note = await seedNote(ann.client, { title: "Seen", sharedWith: { userIds: [ben.id], role: "editor" } });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel("Add people", { exact: true }).fill("nobody@example.com");
    await dialog.getByLabel("When it expires", { exact: true }).selectOption("Until a date…");
    await dialog.getByRole("button", { name: SHARE }).click();
    await dialog.getByText("Invited. Must accept by").waitFor();
    await dialog.getByRole("button", { name: `Stop sharing with ${ben.name}` }).click();
    await dialog.getByRole("button", { name: "Undo" }).waitFor();
    expect(await findingsInBothThemes(ann.page)).toEqual([]);
  });
});

/** Waits for the end of a request for shares with this method. Ignores requests that the page aborts, because it repeats them. */
const sharesRequested = (page: Page, method: string) =>
  page.waitForEvent("requestfinished", (request) => request.method() === method && /\/shares$/.test(request.url()));
