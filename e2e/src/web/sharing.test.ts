import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Share } from "../../../packages/client/src/index.ts";
import { seriousFindings } from "./testing/axe.ts";
import { text } from "./testing/files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

const HOUR_MS = 3_600_000;

async function openShareDialog(page: Page, noteId: string): Promise<ReturnType<Page["getByRole"]>> {
  await page.goto(`/n/${noteId}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  return page.getByRole("dialog", { name: "Share this note" });
}

const rowOf = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

async function sharesOf({ client }: Person, noteId: string): Promise<Pick<Share, "email" | "role" | "expiresAt">[]> {
  const { shares } = await client.shares.list({ noteId });
  return shares.map(({ email, role, expiresAt }) => ({ email, role, expiresAt }));
}

describe("sharing a note, in Chromium", () => {
  const web = startWeb();

  it("gives it to someone by their address: they see it and have its file", async () => {
    const [ann, ben] = [await web.person("Ann One"), await web.person("Ben One")];
    const note = await seedNote(ann.client, { title: "Contract", files: [text("terms.txt", "as agreed")] });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel("People", { exact: true }).fill("ben.one@example.com");
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await rowOf(ann.page, "Ben One").getByRole("combobox", { name: "What Ben One can do" }).waitFor();
    await ann.page.keyboard.press("Escape");
    await ann.page.getByText("Ann One and Ben One can see this note").waitFor({ state: "attached" });

    await ben.page.goto("/shared");
    await ben.page.getByRole("link", { name: "Contract" }).click();
    await ben.page.getByText("Shared by Ann One").waitFor();
    await ben.page.getByText("you can view").waitFor();
    expect(await ben.page.getByRole("button", { name: "Share", exact: true }).count()).toBe(0);
    const download = ben.page.waitForEvent("download");
    await ben.page.getByRole("link", { name: "Download", exact: true }).click();
    expect(await readFile(await (await download).path(), "utf8")).toBe("as agreed");
  });

  it("changes in place what someone can do and until when", async () => {
    const [ann, ben] = [await web.person("Ann Two"), await web.person("Ben Two")];
    const note = await seedNote(ann.client, { title: "Plan", sharedWith: { emails: [ben.email] } });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Two");
    const changed = () => ann.page.waitForResponse((answer) => answer.request().method() === "PUT");
    await Promise.all([changed(), row.getByLabel("What Ben Two can do").selectOption("Can edit")]);
    expect(await sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "editor", expiresAt: null }]);
    const from = Date.now();
    await Promise.all([changed(), row.getByLabel("When it expires for Ben Two").selectOption("For 1 hour")]);
    const until = Date.now();
    await row.getByRole("option", { name: "Expires in 60 min" }).waitFor({ state: "attached" });
    const [share] = await sharesOf(ann, note.id);
    expect(share).toMatchObject({ role: "editor" });
    const end = Date.parse(share?.expiresAt ?? "");
    expect(end).toBeGreaterThanOrEqual(from + HOUR_MS);
    expect(end).toBeLessThanOrEqual(until + HOUR_MS);
    await row.getByLabel("When it expires for Ben Two").selectOption("Until a date…");
    await row.getByLabel("Expires on").fill("2001-01-01T12:00");
    await row.getByRole("button", { name: "Set the expiry" }).click();
    await row.getByText("Choose a time that is still to come.").waitFor();
    await row.getByLabel("Expires on").fill("2999-01-01T12:00");
    await Promise.all([changed(), row.getByRole("button", { name: "Set the expiry" }).click()]);
    expect((await sharesOf(ann, note.id))[0]?.expiresAt).toMatch(/^(2998-12-31|2999-01-0[12])T/);
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByText("you can edit").waitFor();
  });

  it("lets go of a date that nobody wants any more", async () => {
    const [ann, ben] = [await web.person("Ann Dates"), await web.person("Ben Dates")];
    const note = await seedNote(ann.client, { title: "Plan", sharedWith: { emails: [ben.email] } });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Dates");
    await row.getByLabel("When it expires for Ben Dates").selectOption("Until a date…");
    await row.getByLabel("Expires on").waitFor();
    await row.getByLabel("When it expires for Ben Dates").selectOption("Never expires");
    await row.getByLabel("Expires on").waitFor({ state: "detached" });
    expect(await sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "viewer", expiresAt: null }]);
  });

  it("gives each what was chosen for them, also when the next is typed before the answer", async () => {
    const [ann, ben, cleo] = [
      await web.person("Ann Types"),
      await web.person("Ben Typed"),
      await web.person("Cleo Typed"),
    ];
    const note = await seedNote(ann.client, { title: "Plan" });
    const dialog = await openShareDialog(ann.page, note.id);
    const held = await holdRequests(ann.page, /\/shares$/);
    const share = dialog.getByRole("button", { name: "Share", exact: true });
    await dialog.getByLabel("People", { exact: true }).fill(ben.email);
    await share.click();
    await dialog.getByLabel("People", { exact: true }).fill(cleo.email);
    await dialog.getByRole("combobox", { name: "What they can do" }).selectOption("Can edit");
    expect(await share.isDisabled()).toBe(true);
    held.release();
    await dialog.getByRole("button", { name: `Take out ${ben.email}` }).waitFor({ state: "detached" });
    await share.click();
    await rowOf(ann.page, "Cleo Typed").getByRole("combobox", { name: "What Cleo Typed can do" }).waitFor();
    expect((await sharesOf(ann, note.id)).sort((a, b) => String(a.email).localeCompare(String(b.email)))).toEqual([
      { email: ben.email, role: "viewer", expiresAt: null },
      { email: cleo.email, role: "editor", expiresAt: null },
    ]);
  });

  it("requirement 16: shows a share as ended when its end has come, and the person is refused", async () => {
    const [ann, ben] = [await web.person("Ann Three"), await web.person("Ben Three")];
    const note = await seedNote(ann.client, { title: "Offer" });
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    await ann.client.shares.put({ noteId: note.id }, { emails: [ben.email], role: "viewer", expiresAt });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Three");
    await row.getByRole("option", { name: "Expired just now" }).waitFor({ state: "attached" });
    expect(await row.getByLabel("What Ben Three can do").count()).toBe(0);
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    // Ended is not gone: one choice gives it again.
    await row.getByLabel("When it expires for Ben Three").selectOption("Never expires");
    await row.getByLabel("What Ben Three can do").waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "viewer", expiresAt: null }]);
    await ben.client.notes.get(note.id);
  });

  it("requirement 16: removes someone at once, says what that means, and gives it back as it was", async () => {
    const [ann, ben] = [await web.person("Ann Four"), await web.person("Ben Four")];
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const note = await seedNote(ann.client, {
      title: "Draft",
      sharedWith: { emails: [ben.email], role: "editor", expiresAt },
    });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByText(/takes effect at once.* expire within 60 seconds\..* up to 12 hours/).waitFor();
    await dialog.getByRole("button", { name: "Stop sharing with Ben Four" }).click();
    const undo = rowOf(ann.page, "Ben Four no longer has access.").getByRole("button", { name: "Undo" });
    await undo.waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([]);
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    await undo.click();
    await dialog.getByLabel("What Ben Four can do").waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "editor", expiresAt }]);
    await ben.client.notes.get(note.id);
  });

  it("requirement 16: who is removed reads so on the open page, which shows nothing more, and keeps what they wrote", async () => {
    const [ann, ben] = [await web.person("Ann Open"), await web.person("Ben Open")];
    const note = await seedNote(ann.client, {
      ...{ title: "Budget", body: "secret", files: [text("plan.txt", "plan")] },
      sharedWith: { emails: [ben.email], role: "editor" },
    });
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByText("secret").click();
    const { shares } = await ann.client.shares.list({ noteId: note.id });
    await ann.client.shares.remove({ noteId: note.id }, shares[0]?.userId ?? "");
    ben.watch.expect(/^403 /);
    await ben.page.getByRole("textbox", { name: "Text" }).fill("my own words");
    await ben.page.getByRole("alert").getByText("You don't have access to this note").waitFor();
    const left = ben.page.getByRole("region", { name: "What you wrote was not saved" });
    await left.getByText("my own words").waitFor();
    for (const gone of ["secret", "plan.txt", "Budget"]) {
      await expect.poll(() => ben.page.getByText(gone).count()).toBe(0);
    }
    await ben.page.reload();
    await left.getByText("my own words").waitFor();
    // Given back, it goes on.
    await ann.client.shares.put({ noteId: note.id }, { emails: [ben.email], role: "editor" });
    await ben.page.reload();
    await ben.page.getByRole("button", { name: "plan.txt" }).waitFor();
    await expect.poll(async () => (await ann.client.notes.get(note.id)).body).toBe("my own words");
  });

  it("shares one file and nothing else of its note", async () => {
    const [ann, ben] = [await web.person("Ann File"), await web.person("Ben File")];
    const files = [text("terms.txt", "as agreed"), text("other.txt", "not for Ben")];
    const note = await seedNote(ann.client, { title: "Two files", files });
    const [terms, other] = ["terms.txt", "other.txt"].map(
      (name) => note.attachments.find(({ filename }) => filename === name)?.id ?? "",
    ) as [string, string];
    await ann.page.goto(`/n/${note.id}`);
    await rowOf(ann.page, "terms.txt").getByRole("button", { name: "More" }).click();
    await ann.page.getByRole("menuitem", { name: "Share this file…" }).click();
    const dialog = ann.page.getByRole("dialog", { name: "Share “terms.txt”" });
    await dialog.getByText("Everyone who can see the note has this file already.").waitFor();
    expect(await dialog.getByLabel("What they can do").count()).toBe(0);
    await dialog.getByLabel("When it expires", { exact: true }).selectOption("For 7 days");
    await dialog.getByLabel("People", { exact: true }).fill(ben.email);
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await dialog.getByRole("option", { name: "Expires in 7 days" }).waitFor({ state: "attached" });
    const { fileUrl } = await ben.client.urlFor(terms);
    expect(await (await fetch(fileUrl)).text()).toBe("as agreed");
    await expect(ben.client.urlFor(other)).rejects.toMatchObject({ code: "access_denied" });
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    await dialog.getByRole("button", { name: "Stop sharing with Ben File" }).click();
    await dialog.getByText("Ben File no longer has access.").waitFor();
    await expect.poll(() => ann.client.shares.list({ attachmentId: terms })).toEqual({ shares: [] });
    await expect(ben.client.urlFor(terms)).rejects.toMatchObject({ code: "access_denied" });
  });

  it("shares with those who are known, and keeps the addresses that nobody here has", async () => {
    const [ann, ben] = [await web.person("Ann Five"), await web.person("Ben Five")];
    ann.watch.expect(/^422 PUT /);
    const note = await seedNote(ann.client, { title: "Minutes" });
    const dialog = await openShareDialog(ann.page, note.id);
    const field = dialog.getByLabel("People", { exact: true });
    await field.pressSequentially("nobody@example.com, ben.five@example.com no.one@example.com");
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await rowOf(ann.page, "Ben Five").getByLabel("What Ben Five can do").waitFor();
    const problem = dialog.getByRole("alert");
    expect(await problem.textContent()).toBe(
      "No one here has these e-mail addresses: nobody@example.com, no.one@example.com. Ask them to sign up first, or copy a temporary link of a file.",
    );
    const chips = dialog.getByRole("list", { name: "To be shared with" }).getByRole("listitem");
    expect(await chips.allTextContents()).toEqual(["nobody@example.com", "no.one@example.com"]);
    expect((await sharesOf(ann, note.id)).map(({ email }) => email)).toEqual([ben.email]);
    // The same once more, when one of them is here.
    await web.person("No One");
    await dialog.getByRole("button", { name: "Take out nobody@example.com" }).click();
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await rowOf(ann.page, "No One").getByLabel("What No One can do").waitFor();
    await expect.poll(() => chips.count()).toBe(0);
  });

  it("refuses what can't be shared with before it is sent: nobody, half an address, oneself", async () => {
    const ann = await web.person("Ann Six");
    const note = await seedNote(ann.client, { title: "List" });
    const dialog = await openShareDialog(ann.page, note.id);
    const field = dialog.getByLabel("People", { exact: true });
    const share = dialog.getByRole("button", { name: "Share", exact: true });
    await share.click();
    await dialog.getByText("Enter an e-mail address.").waitFor();
    await field.fill("dora@");
    await share.click();
    await dialog.getByText("“dora@” is not a complete e-mail address").waitFor();
    // Backspace makes text of a chip again, to be corrected.
    await field.press("Backspace");
    expect(await field.inputValue()).toBe("dora@");
    await field.fill("ANN.SIX@example.com");
    await share.click();
    await dialog.getByText("ANN.SIX@example.com is your own e-mail address.").waitFor();
    const puts = [...(ann.watch.requests.get(web.service.url) ?? [])].filter(({ method }) => method === "PUT");
    expect(puts).toEqual([]);
  });

  it("takes a pasted list of names and addresses apart", async () => {
    const ann = await web.person("Ann Seven");
    await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const note = await seedNote(ann.client, { title: "Team" });
    const dialog = await openShareDialog(ann.page, note.id);
    const pasted = "Ben Okafor <ben@example.com>, Cleo <cleo@example.com>; dan@example.com\neva@example.com";
    await ann.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(pasted)})`);
    await dialog.getByLabel("People", { exact: true }).press("Control+V");
    const chips = dialog.getByRole("list", { name: "To be shared with" }).getByRole("listitem");
    await expect.poll(() => chips.count()).toBe(4);
    const names = ["ben", "cleo", "dan", "eva"];
    expect((await chips.allTextContents()).toSorted()).toEqual(names.map((name) => `${name}@example.com`));
  });

  it("puts back what the service did not take, and says so in that line", async () => {
    const [ann, ben] = [await web.person("Ann Eight"), await web.person("Ben Eight")];
    ann.watch.expect(/^503 (PUT|DELETE) /);
    const note = await seedNote(ann.client, { title: "Budget", sharedWith: { emails: [ben.email] } });
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
    // Shown at once, while the answer is on its way.
    expect(await role.inputValue()).toBe("editor");
    release();
    await row.getByRole("alert").filter({ hasText: "can't reach its database" }).waitFor();
    expect(await role.inputValue()).toBe("viewer");
    await row.getByRole("button", { name: "Stop sharing with Ben Eight" }).click();
    await row.getByRole("alert").filter({ hasText: "can't reach its database" }).waitFor();
    expect(await role.inputValue()).toBe("viewer");
    expect((await sharesOf(ann, note.id)).map(({ email }) => email)).toEqual([ben.email]);
  });

  it("needs no mouse", async () => {
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
    await dialog.getByLabel("What Ben Nine can do").waitFor();
    await dialog.locator("input:focus").waitFor();
    const name = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
    for (let steps = 0; (await name()) !== "Stop sharing with Ben Nine"; steps++) {
      expect(steps).toBeLessThan(12);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    // The focus is where the next step is: first to undo, then back on the line.
    await dialog.locator("button:focus", { hasText: "Undo" }).waitFor();
    await page.keyboard.press("Enter");
    await dialog.locator("[aria-label='Stop sharing with Ben Nine']:focus").waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toHaveLength(1);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.locator("button:focus", { hasText: "Share" }).waitFor();
  });

  it.each(["light", "dark"] as const)("gives axe nothing serious to find, in the %s theme", async (colorScheme) => {
    const ann = await web.person(`Ann Ten ${colorScheme}`, { colorScheme });
    const ben = await web.person(`Ben Ten ${colorScheme}`);
    ann.watch.expect(/^422 PUT /);
    const note = await seedNote(ann.client, { title: "Seen", sharedWith: { emails: [ben.email], role: "editor" } });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel("People", { exact: true }).fill("nobody@example.com");
    await dialog.getByLabel("When it expires", { exact: true }).selectOption("Until a date…");
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await dialog.getByRole("alert").waitFor();
    expect(await seriousFindings(ann.page)).toEqual([]);
    await dialog.getByRole("button", { name: `Stop sharing with ${ben.name}` }).click();
    await dialog.getByRole("button", { name: "Undo" }).waitFor();
    expect(await seriousFindings(ann.page)).toEqual([]);
  });
});
