import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { previewTexts } from "../../../packages/web/src/texts/en/preview.ts";
import { text } from "./testing/files.ts";
import { isFocused, openShareDialog, rowOf, sharesOf, waitUntilClosed } from "./testing/note-page.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const HOUR_MS = 3_600_000;

describe("a shared note", () => {
  const web = startWeb();

  it("a user whose email address the owner enters gets access to the note and its files", async () => {
    const [ann, ben] = [await web.person("Ann One"), await web.person("Ben One")];
    const note = await seedNote(ann.client, { title: "Contract", files: [text("terms.txt", "as agreed")] });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel("Add people", { exact: true }).fill(ben.email);
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await rowOf(ann.page, ben.email).getByText("Invited. Must accept by").waitFor();
    await ann.page.keyboard.press("Escape");
    await ann.page.getByText(`Ann One and ${ben.email} can see this note`).waitFor({ state: "attached" });

    await ben.page.goto("/shared");
    await ben.page.getByRole("link", { name: "Contract" }).click();
    await ben.page.getByText("Shared by Ann One").waitFor();
    await ben.page.getByText("you can view").last().waitFor();
    expect(await ben.page.getByRole("button", { name: "Share", exact: true }).count()).toBe(0);
    const download = ben.page.waitForEvent("download");
    await ben.page.getByRole("link", { name: "Download", exact: true }).click();
    expect(await readFile(await (await download).path(), "utf8")).toBe("as agreed");
    await openShareDialog(ann.page, note.id);
    await rowOf(ann.page, "Ben One").getByRole("combobox", { name: "What Ben One can do" }).waitFor();
  });

  it("each part of the access sentence opens the dialog where the owner can change it", async () => {
    const [ann, ben] = [await web.person("Ann Parts"), await web.person("Ben Parts")];
    const files = [text("a.txt", "a")];
    const note = await seedNote(ann.client, { title: "Parts", files, sharedWith: { userIds: [ben.id] } });
    const [file] = note.attachments;
    await ann.client.links.create(note.id, {});
    await ann.client.shares.put({ attachmentId: file?.id ?? "" }, { emails: ["zoe@example.com"] });
    await ann.page.goto(`/n/${note.id}`);
    const part = (name: RegExp) => ann.page.getByRole("main").getByRole("button", { name });
    const dialog = ann.page.getByRole("dialog", { name: "Share" });
    await part(/^1 person$/).click();
    await dialog.getByRole("listitem").filter({ hasText: "Ben Parts" }).waitFor();
    await ann.page.keyboard.press("Escape");
    await part(/^1 open link/).click();
    await dialog
      .getByRole("list", { name: "Links" })
      .or(dialog.getByRole("region", { name: "Links" }))
      .first()
      .waitFor();
    await ann.page.keyboard.press("Escape");
    await part(/^1 file shared alone$/).click();
    await expect.poll(() => ann.page.getByRole("region", { name: "Files" }).evaluate(isFocused)).toBe(true);
  });

  it("on a phone, the access sentence of a note opens the share dialog", async () => {
    const [ann, ben] = [await web.person("Ann Row", PHONE), await web.person("Ben Row")];
    const note = await seedNote(ann.client, {
      title: "Row",
      files: [text("a.txt", "a")],
      sharedWith: { userIds: [ben.id] },
    });
    await ann.client.links.create(note.id, {});
    await ann.page.goto(`/n/${note.id}`);
    // The button "Share" covers the access sentence.
    const row = ann.page.getByRole("region", { name: "Note", exact: true });
    await row.getByText("1 person · 1 open link", { exact: true }).click({ force: true });
    await ann.page.getByRole("dialog", { name: "Share" }).getByText("Ben Row").waitFor();
  });

  it("the access sentence and the list of notes do not count an expired link", async () => {
    const ann = await web.person("Ann Ending");
    const note = await seedNote(ann.client, { title: "Ending", files: [text("a.txt", "a")] });
    await ann.client.links.create(note.id, { expiresAt: new Date(Date.now() + 7 * 24 * HOUR_MS).toISOString() });
    await ann.client.links.create(note.id, { expiresAt: new Date(Date.now() + 8_000).toISOString() });
    await ann.page.goto(`/n/${note.id}`);
    const line = ann.page.getByRole("main").getByRole("button", { name: /open links?/ });
    const row = ann.page.getByRole("link", { name: /^Ending/ });
    await expect.poll(() => line.textContent()).toContain("2 open links");
    await expect.poll(() => line.textContent()).toContain("1 open link");
    await expect.poll(() => row.textContent()).toContain("1 open link");
  });

  it("the access sentence never says “Only you” if the note has a link for everybody", async () => {
    const ann = await web.person("Ann Linked");
    const note = await seedNote(ann.client, { title: "Linked", files: [text("a.txt", "a")] });
    const expiresAt = new Date(Date.now() + 7 * 24 * HOUR_MS).toISOString();
    const { id } = await ann.client.links.create(note.id, { expiresAt });
    await ann.page.goto(`/n/${note.id}`);
    const main = ann.page.getByRole("main");
    await main.getByRole("button", { name: "1 open link (7 days)" }).waitFor();
    expect(await main.getByText("Only you").count()).toBe(0);
    await ann.page.getByRole("link", { name: /^Linked.*1 open link/ }).waitFor();
    await ann.page.getByRole("button", { name: /^a\.txt/ }).click();
    const dialog = ann.page.getByRole("dialog");
    await dialog.getByText(/1 open link \(7\sdays\)/).waitFor();
    await ann.page.keyboard.press("Escape");
    await waitUntilClosed(dialog);
    await ann.client.links.revoke(id);
    await ann.page.reload();
    await main.getByText("Only you", { exact: true }).waitFor();
    expect(await main.getByText("can see this note").count()).toBe(0);
  });

  it("the owner changes the role and the expiry of a share in the share dialog", async () => {
    const [ann, ben] = [await web.person("Ann Two"), await web.person("Ben Two")];
    const note = await seedNote(ann.client, { title: "Plan", sharedWith: { userIds: [ben.id] } });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Two");
    const changed = () => ann.page.waitForResponse((answer) => answer.request().method() === "PUT");
    await Promise.all([changed(), row.getByLabel("What Ben Two can do").selectOption("Can edit")]);
    expect(await sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "editor", expiresAt: null }]);
    const from = Date.now();
    await Promise.all([changed(), row.getByLabel("When it expires for Ben Two").selectOption("For 1 hour")]);
    const until = Date.now();
    await row.getByRole("option", { name: "Expires in 1 h" }).waitFor({ state: "attached" });
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
    // Another choice discards the typed date.
    await row.getByLabel("When it expires for Ben Two").selectOption("Until a date…");
    await row.getByLabel("Expires on").fill("2998-01-01T12:00");
    await Promise.all([changed(), row.getByLabel("When it expires for Ben Two").selectOption("Never expires")]);
    await row.getByLabel("Expires on").waitFor({ state: "detached" });
    expect(await sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "editor", expiresAt: null }]);
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByText("you can edit").last().waitFor();
  });

  it("requirement 16: the user of an expired share has no access", async () => {
    const [ann, ben] = [await web.person("Ann Three"), await web.person("Ben Three")];
    const note = await seedNote(ann.client, { title: "Offer" });
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    await ann.client.shares.put({ noteId: note.id }, { userIds: [ben.id], role: "viewer", expiresAt });
    await openShareDialog(ann.page, note.id);
    const row = rowOf(ann.page, "Ben Three");
    await row.getByRole("option", { name: "Expired just now" }).waitFor({ state: "attached" });
    expect(await row.getByLabel("What Ben Three can do").count()).toBe(0);
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    // The owner gives the expired share a new expiry, so the user has access again.
    await row.getByLabel("When it expires for Ben Three").selectOption("Never expires");
    await row.getByLabel("What Ben Three can do").waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "viewer", expiresAt: null }]);
    await ben.client.notes.get(note.id);
  });

  it("requirement 16: the owner revokes a share, and an undo restores it", async () => {
    const [ann, ben] = [await web.person("Ann Four"), await web.person("Ben Four")];
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const note = await seedNote(ann.client, {
      title: "Draft",
      sharedWith: { userIds: [ben.id], role: "editor", expiresAt },
    });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByRole("button", { name: "Stop sharing with Ben Four" }).click();
    await dialog.getByText(/just opened works for up to 60 seconds more.* for up to 15 minutes/).waitFor();
    const undo = rowOf(ann.page, "Ben Four no longer has access.").getByRole("button", { name: "Undo" });
    await undo.waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([]);
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    await undo.click();
    await dialog.getByLabel("What Ben Four can do").waitFor();
    await expect.poll(() => sharesOf(ann, note.id)).toEqual([{ email: ben.email, role: "editor", expiresAt }]);
    await ben.client.notes.get(note.id);
  });

  it("requirement 16: an editor who loses access keeps the unsaved text on the open page", async () => {
    const [ann, ben] = [await web.person("Ann Open"), await web.person("Ben Open")];
    const note = await seedNote(ann.client, {
      title: "Budget",
      body: "secret",
      files: [text("plan.txt", "plan")],
      sharedWith: { userIds: [ben.id], role: "editor" },
    });
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByRole("region", { name: "Text" }).getByText("secret").click();
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
    // When the user has access again, the page saves the unsaved text.
    await ann.client.shares.put({ noteId: note.id }, { userIds: [ben.id], role: "editor" });
    await ben.page.reload();
    await ben.page.getByRole("button", { name: "plan.txt" }).waitFor();
    await expect.poll(async () => (await ann.client.notes.get(note.id)).body).toBe("my own words");
  });

  it("an open preview shows that the file is gone when the person loses access to the note", async () => {
    const [ann, ben] = [await web.person("Ann Ends"), await web.person("Ben Looks")];
    const files = [text("secret.txt", "the secret")];
    const note = await seedNote(ann.client, { title: "Budget", files, sharedWith: { userIds: [ben.id] } });
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByRole("button", { name: "secret.txt" }).click();
    const preview = ben.page.getByRole("dialog");
    await preview.getByText("the secret").waitFor();
    ben.watch.expect(/^403 /);
    await ann.client.shares.remove({ noteId: note.id }, ben.id);
    await preview.getByText(previewTexts.gone.hint).waitFor();
    expect(await preview.getByText("secret").count()).toBe(0);
    await ben.page.goBack();
    await ben.page.getByRole("alert").getByText("You don't have access to this note").waitFor();
  });

  it("the page of a note requests the note only once if the person has no access", async () => {
    const [ann, ben] = [await web.person("Ann Private"), await web.person("Ben Curious")];
    const note = await seedNote(ann.client, { title: "Private" });
    ben.watch.expect(/^403 GET /);
    const asked = (path: RegExp) =>
      (ben.watch.requests.get(web.service.url) ?? []).filter(({ url }) => path.test(url)).length;
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByRole("alert").getByText("You don't have access to this note").waitFor();
    // The first event of the event stream makes the page load its data again.
    await expect.poll(() => asked(/\/notes\?/), { timeout: 20_000 }).toBeGreaterThan(1);
    expect(asked(new RegExp(`/notes/${note.id}$`))).toBe(1);
  });

  it("a share of one file gives no access to the rest of its note", async () => {
    const [ann, ben, eve] = [await web.person("Ann File"), await web.person("Ben File"), await web.person("Eve File")];
    const files = [text("terms.txt", "as agreed"), text("other.txt", "not for Ben")];
    const note = await seedNote(ann.client, { title: "Two files", files, sharedWith: { userIds: [eve.id] } });
    const [terms, other] = ["terms.txt", "other.txt"].map(
      (name) => note.attachments.find(({ filename }) => filename === name)?.id ?? "",
    ) as [string, string];
    await ann.page.goto(`/n/${note.id}`);
    await rowOf(ann.page, "terms.txt").getByRole("button", { name: "More" }).click();
    await ann.page.getByRole("menuitem", { name: "Share with people…" }).click();
    const dialog = ann.page.getByRole("dialog", { name: "Share “terms.txt”" });
    await dialog.getByText("Share only this file with people who should not see the whole note.").waitFor();
    await dialog.getByRole("listitem").filter({ hasText: "Through the whole note" }).getByText("Eve File").waitFor();
    expect(await dialog.getByLabel("What they can do").count()).toBe(0);
    await dialog.getByLabel("When it expires", { exact: true }).selectOption("For 7 days");
    await dialog.getByLabel("Add people", { exact: true }).fill(ben.email);
    await dialog.getByRole("button", { name: "Share", exact: true }).click();
    await dialog.getByRole("option", { name: "Expires in 7 days" }).waitFor({ state: "attached" });
    const { fileUrl } = await ben.client.urlFor(terms);
    expect(await (await fetch(fileUrl)).text()).toBe("as agreed");
    await expect(ben.client.urlFor(other)).rejects.toMatchObject({ code: "access_denied" });
    await expect(ben.client.notes.get(note.id)).rejects.toMatchObject({ code: "access_denied" });
    // The pattern matches any name, because the dialog first shows Ben's email address and later his name.
    await dialog.getByRole("button", { name: /^Stop sharing with/ }).click();
    await dialog.getByText(/ no longer has access\.$/).waitFor();
    const none = { shares: [], invitations: [] };
    await expect.poll(() => ann.client.shares.list({ attachmentId: terms })).toEqual(none);
    await expect(ben.client.urlFor(terms)).rejects.toMatchObject({ code: "access_denied" });
  });
});
