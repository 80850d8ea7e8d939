import jsQR from "jsqr";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Instance, LinkPage } from "../../../packages/client/src/index.ts";
import { alterResponses } from "./scenes/scene.ts";
import { CLIPBOARD } from "./testing/clipboard.ts";
import { text } from "./testing/files.ts";
import { chooseForLink, openLinks, openShareDialog, rowOf } from "./testing/note-page.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

const readClipboard = (page: Page): Promise<string> => page.evaluate("navigator.clipboard.readText()");
const linksOf = async ({ client }: Person, noteId: string) => (await client.links.ofNote(noteId)).items;

/** Makes a note with one file, and opens the dialog with the links of this file. */
async function openFileLinks({ page, client }: Person): Promise<{ dialog: Locator; noteId: string }> {
  const note = await seedNote(client, { title: "Terms", files: [text("terms.txt", "as agreed")] });
  await page.goto(`/n/${note.id}`);
  await page.getByRole("button", { name: "Create link…" }).click();
  return { dialog: page.getByRole("dialog", { name: "Link to “terms.txt”" }), noteId: note.id };
}

/** Takes a screenshot of a QR code on the page. Returns the text of the code. */
async function decode(page: Page, code: Locator): Promise<string | undefined> {
  const picture = (await code.screenshot({ animations: "disabled" })).toString("base64");
  // Decodes the screenshot in an empty page, because the content security policy of the app forbids data URLs.
  const blank = await page.context().newPage();
  const { pixels, width, height } = await blank.evaluate<{ pixels: string; width: number; height: number }>(`
    createImageBitmap(new Blob([Uint8Array.fromBase64("${picture}")])).then((bitmap) => {
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, pixels: new Uint8Array(data.buffer).toBase64() };
    })`);
  await blank.close();
  return jsQR.default(new Uint8ClampedArray(Buffer.from(pixels, "base64")), width, height)?.data;
}

/** Returns the labels of these options, with usual spaces. */
const labelsOf = async (options: Locator) =>
  (await options.locator("label").allTextContents()).map((label) => label.replace("\u00a0", " "));

describe("a link of a note", () => {
  it("one click makes a link of a note and copies its URL", async () => {
    const ann = await web.person("Ann", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan" });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByRole("status").filter({ hasText: "The link is copied. Expires in 7 days." }).waitFor();
    const [link] = await linksOf(ann, note.id);
    expect(link).toMatchObject({ kind: "download", state: "live", files: null, maxClaims: null, hasPassword: false });
    expect(await readClipboard(ann.page)).toBe(link?.url);
    expect(await dialog.getByLabel("Address of the link").inputValue()).toBe(link?.url);
    expect(await dialog.getByText("Only this computer can open this link.").isVisible()).toBe(true);
  });

  it("the keyboard makes a new link without an end", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Lease", files: [text("terms.txt", "No pets.")] });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByRole("button", { name: "Date or no end…" }).press("Enter");
    await dialog.locator("select:focus").selectOption("Never expires");
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await expect.poll(() => linksOf(ann, note.id)).toMatchObject([{ kind: "download", expiresAt: null }]);
  });

  it("the list of links contains a link that was made while the list loaded", async () => {
    const ann = await web.person("Ann", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan" });
    const isMade = Promise.withResolvers<void>();
    let isFirst = true;
    await ann.page.route(`**/notes/${note.id}/links?*`, async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      const emptyList = await route.fetch();
      await isMade.promise;
      // Ignores a failure, because the page may have cancelled this request.
      await route.fulfill({ response: emptyList }).catch(() => undefined);
    });
    const dialog = await openLinks(ann.page, note.id);
    const response = ann.page.waitForResponse(
      (made) => made.request().method() === "POST" && /links$/.test(made.url()),
    );
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await response;
    isMade.resolve();
    const [link] = await linksOf(ann, note.id);
    expect(await dialog.getByLabel("Address of the link").inputValue()).toBe(link?.url);
  });

  it("the owner edits, replaces and ends a link in the share dialog", async () => {
    const ann = await web.person("Ann", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a"), text("b.txt", "b")] });
    const { url } = await ann.client.links.create(note.id, { label: "Offer" });
    const dialog = await openLinks(ann.page, note.id);
    await chooseForLink(ann.page, { label: "Offer", action: "Edit" });
    const form = dialog.getByRole("form", { name: "Edit “Offer”" });
    const name = form.locator("input:focus");
    const discard = dialog.getByRole("button", { name: "Discard changes" });
    expect([await name.inputValue(), await discard.count()]).toEqual(["Offer", 0]);
    await name.fill("Contract");
    await discard.click();
    await name.waitFor();
    expect([await name.inputValue(), await discard.count()]).toEqual(["Offer", 0]);
    await name.fill("Contract");
    await form.getByText("More: message, limit").click();
    await form.getByLabel("Download limit").fill("0");
    await form.getByLabel("Protect with a password").check();
    await form.getByRole("button", { name: "Save" }).press("Enter");
    await form.getByText("Use at least 6 characters.").waitFor();
    await form.getByText("Enter a whole number from 1 to 1,000,000.").waitFor();
    await form.getByLabel("Download limit").fill("2");
    await form.getByLabel("Password", { exact: true }).fill("open sesame");
    await form.getByLabel("All files of the note").uncheck();
    await form.getByLabel("b.txt").uncheck();
    await form.getByLabel("How long it works").selectOption("For 10 minutes");
    await form.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Expires in 10 min").waitFor();
    await dialog.locator("button:focus[aria-label='More about the link “Contract”']").waitFor();
    expect(await linksOf(ann, note.id)).toMatchObject([
      { label: "Contract", maxClaims: 2, hasPassword: true, files: [{ filename: "a.txt" }] },
    ]);

    await chooseForLink(ann.page, { label: "Contract", action: "Replace the link…" });
    await dialog.getByText("The old link stops working at once.").waitFor();
    await dialog.getByRole("button", { name: "Replace the link" }).click();
    await dialog.getByRole("status").filter({ hasText: "The new link is copied." }).waitFor();
    const [link] = await linksOf(ann, note.id);
    expect(link?.url).not.toBe(url);
    expect(await readClipboard(ann.page)).toBe(link?.url);

    await chooseForLink(ann.page, { label: "Contract", action: "End link" });
    await dialog.getByText("End this link? Then nobody can open it.").waitFor();
    await ann.page.keyboard.press("Escape");
    await dialog.locator("button:focus[aria-label='More about the link “Contract”']").waitFor();
    await chooseForLink(ann.page, { label: "Contract", action: "End link" });
    await dialog.getByRole("button", { name: "End link", exact: true }).click();
    await dialog.getByText("Nobody can download anything with it any more.").waitFor();
    await dialog.locator("li :focus", { hasText: "Contract" }).waitFor();
    expect(await linksOf(ann, note.id)).toMatchObject([{ state: "revoked" }]);
  });

  it("the page counts down to the expiry of the last URL of a revoked link", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Plan" });
    await ann.client.links.create(note.id, { label: "Offer" });
    const lastUrlExpiresAt = new Date(Date.now() + 60_000).toISOString();
    await ann.page.clock.install();
    await ann.page.route(/\/links(\/|$|\?)/, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        '"lastUrlExpiresAt":null',
        `"lastUrlExpiresAt":"${lastUrlExpiresAt}"`,
      );
      await route.fulfill({ response, body });
    });
    const dialog = await openLinks(ann.page, note.id);
    await chooseForLink(ann.page, { label: "Offer", action: "End link" });
    await dialog.getByRole("button", { name: "End link", exact: true }).click();
    const timer = dialog.getByRole("timer");
    await timer.filter({ hasText: /^A download that was just opened works for \d\d\ss more\.$/ }).waitFor();
    const first = await timer.textContent();
    await expect.poll(() => timer.textContent()).not.toBe(first);
    await ann.page.clock.fastForward(61_000);
    await dialog.getByText("Nobody can download anything with it any more.").waitFor();
    await ann.page.unrouteAll({ behavior: "wait" });
  });

  it("the owner's own visit to the page of a link does not count as a visitor", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a"), text("b.txt", "b")] });
    await ann.client.links.create(note.id, { label: "Offer", password: "open sesame", maxClaims: 3 });
    await openLinks(ann.page, note.id);
    const opened = ann.context.waitForEvent("page");
    await chooseForLink(ann.page, { label: "Offer", action: "See it as a visitor" });
    const view = await opened;
    await view.getByText("What a visitor sees.").waitFor();
    await view.getByRole("heading", { name: "This link has a password" }).waitFor();
    expect(await view.getByText("Offer").count()).toBe(0);
    await view.getByRole("button", { name: "Show it unlocked" }).click();
    await view.getByRole("heading", { name: "Ann shares 2 files with you" }).waitFor();
    await view.getByText("3 downloads left").waitFor();
    for (const name of ["Download all", "Preview a.txt"]) {
      await view
        .getByRole("button", { name: new RegExp(name) })
        .first()
        .click();
    }
    expect(await view.getByRole("dialog").count()).toBe(0);
    expect(await linksOf(ann, note.id)).toMatchObject([{ opened: 0, claims: 0, urlsIssued: 0 }]);
    const visits = ann.watch.requests.get(web.service.url)?.filter(({ url }) => /\/public\//.test(url));
    expect(visits).toEqual([]);
  });

  it("an editor can make links and end the link of another person, but a viewer can do neither", async () => {
    const [ann, ben, cleo] = [await web.person("Ann"), await web.person("Ben"), await web.person("Cleo")];
    const files = [text("a.txt", "a")];
    const note = await seedNote(ann.client, { title: "Plan", files, sharedWith: { userIds: [cleo.id] } });
    await ann.client.shares.put({ noteId: note.id }, { userIds: [ben.id], role: "editor" });
    await ann.client.links.create(note.id, { label: "Of Ann" });
    const dialog = await openShareDialog(ben.page, note.id);
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByLabel("Address of the link").waitFor();
    expect(await dialog.getByLabel("Add people").count()).toBe(0);
    expect(await linksOf(ann, note.id)).toMatchObject([{ createdBy: { name: "Ben" } }, { label: "Of Ann" }]);
    // Only the maker of a link and the owner of the note can edit the link.
    await dialog.getByRole("button", { name: "Copy the link “Of Ann”" }).waitFor();
    await dialog.getByRole("button", { name: "More about the link “Of Ann”" }).click();
    await ben.page.getByRole("menuitem", { name: "End link" }).waitFor();
    expect(await ben.page.getByRole("menuitem", { name: /Edit|Replace the link/ }).count()).toBe(0);
    await cleo.page.goto(`/n/${note.id}`);
    await cleo.page.getByRole("button", { name: "a.txt" }).waitFor();
    expect(await cleo.page.getByRole("button", { name: /^(Share|Create link…)$/ }).count()).toBe(0);
  });
});

describe("a file request of a note", () => {
  it("the owner makes a file request with a checklist and without an expiry", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Lease" });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByRole("button", { name: "Ask for files instead" }).click();
    await dialog.getByLabel("What is it about?").fill("Papers");
    await dialog.getByRole("button", { name: "Ask for another file" }).click();
    await dialog.getByRole("textbox", { name: "File 1" }).fill("Passport");
    await dialog.getByLabel("Kind of file 1").selectOption("Pictures");
    await dialog.getByRole("button", { name: "Date or no end…" }).click();
    await dialog.getByLabel("How long it works").selectOption("Never expires");
    await dialog.getByRole("form").getByText("More: message, review, limits").click();
    await dialog.getByLabel("Review each file before it can be opened").check();
    await dialog.getByRole("button", { name: "Create request" }).click();
    await dialog.getByRole("button", { name: "Copy the link “Papers”" }).waitFor();
    expect(await linksOf(ann, note.id)).toMatchObject([
      {
        kind: "upload",
        label: "Papers",
        expiresAt: null,
        request: { maxFiles: 1, review: true, slots: [{ id: "passport", name: "Passport", accept: ["image/*"] }] },
      },
    ]);
  });

  it("the owner accepts or rejects each file of a file request that waits for a review", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Lease", files: [text("a.txt", "a"), text("b.txt", "b")] });
    const decisions: string[] = [];
    const states = new Map<string, string>();
    await ann.page.route(/\/notes\/[^/]+$/, async (route) => {
      const response = await route.fetch();
      const { attachments, ...rest } = await response.json();
      const waiting = attachments.map((file: { id: string }) => ({
        ...file,
        state: states.get(file.id) ?? "quarantined",
        createdBy: { id: "visitor:1", name: "Maria (visitor)", email: null },
      }));
      await route.fulfill({ response, json: { ...rest, attachments: waiting } });
    });
    await ann.page.route(/\/review$/, async (route) => {
      const id = route.request().url().split("/").at(-2) ?? "";
      const { decision } = route.request().postDataJSON();
      decisions.push(decision);
      states.set(id, decision === "accept" ? "ready" : "rejected");
      await route.fulfill({ json: note.attachments.find((file) => file.id === id) });
    });
    await ann.page.goto(`/n/${note.id}`);
    const row = ann.page.getByRole("listitem").filter({ hasText: "a.txt" });
    await ann.page.getByText("2 files wait for your review. Nobody can open them until you accept them.").waitFor();
    await row.getByText("Maria (visitor) · 1 byte").waitFor();
    await row.getByTitle("text/plain").waitFor();
    expect(await row.getByRole("button", { name: "Preview" }).count()).toBe(0);
    await row.getByRole("button", { name: "Accept a.txt" }).click();
    await row.getByRole("button", { name: "Preview" }).waitFor({ state: "attached" });
    await ann.page.getByRole("button", { name: "Reject b.txt" }).click();
    await ann.page.getByText("It was not kept.").waitFor();
    expect(decisions).toEqual(["accept", "reject"]);
  });
});

describe("a link of a file", () => {
  it("in the dialog of a file, the name of each link starts with the name of this file", async () => {
    const ann = await web.person("Ann", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a"), text("b.txt", "b")] });
    await ann.client.links.create(note.id, { attachmentIds: note.attachments.map(({ id }) => id) });
    await ann.page.goto(`/n/${note.id}`);
    await rowOf(ann.page, "b.txt").getByRole("button", { name: "More" }).click();
    await ann.page.getByRole("menuitem", { name: "Create link…" }).click();
    const dialog = ann.page.getByRole("dialog", { name: "Link to “b.txt”" });
    const list = dialog.getByRole("region", { name: "Links that open this file", exact: true });
    await list.getByText("b.txt and 1 more").waitFor();
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    const others = dialog.getByRole("region", { name: "Other links that open this file" });
    await others.getByText("b.txt and 1 more").waitFor();
    expect(await others.getByRole("listitem").count()).toBe(1);
    await others.getByText("Made just now").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await dialog.waitFor({ state: "detached" });
  });

  it("a new link has the right lifetime even if the clock of the browser is wrong", async () => {
    const ben = await web.person("Ben", CLIPBOARD);
    await ben.page.addInitScript("const { now } = Date; Date.now = () => now() - 7_200_000");
    const { dialog, noteId } = await openFileLinks(ben);
    const spans = dialog.getByRole("group", { name: "How long it works" });
    await dialog.locator("button:focus", { hasText: "Create and copy link" }).waitFor();
    expect(await labelsOf(spans)).toEqual(["60 s", "10 min", "1 h", "12 h", "7 days", "30 days"]);
    await spans.getByLabel("10 min").check();
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByText(/Expires in 10\smin$/).waitFor();
    const [link] = await linksOf(ben, noteId);
    const seconds = (Date.parse(link?.expiresAt ?? "") - Date.parse(link?.createdAt ?? "")) / 1000;
    expect(Math.abs(seconds - 600)).toBeLessThan(5);
    expect(await readClipboard(ben.page)).toBe(link?.url);
    const code = dialog.getByRole("img", { name: "QR code of the link “terms.txt”" });
    expect(await decode(ben.page, code)).toBe(link?.url);
    await chooseForLink(ben.page, { label: "terms.txt", action: "Replace the link…" });
    await dialog.getByRole("button", { name: "Replace the link" }).click();
    await expect.poll(() => dialog.getByLabel("Address of the link").inputValue()).not.toBe(link?.url);
    // Closes and reopens the dialog, which must still show the link.
    await ben.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await ben.page.getByRole("button", { name: "Create link…" }).click();
    await dialog.getByRole("button", { name: "Copy the link “terms.txt”" }).waitFor();
  });

  it("the app can copy the URL of a link on a page without HTTPS", async () => {
    const cleo = await web.person("Cleo", CLIPBOARD);
    const reader = await cleo.context.newPage();
    await reader.goto("/");
    await cleo.page.bringToFront();
    await cleo.page.addInitScript("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })");
    const { dialog } = await openFileLinks(cleo);
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByRole("status").filter({ hasText: "The link is copied." }).waitFor();
    const url = await dialog.getByLabel("Address of the link").inputValue();
    await reader.bringToFront();
    expect(await readClipboard(reader)).toBe(url);
  });

  it("the app selects the URL of a link if the browser does not let the page copy it", async () => {
    const dora = await web.person("Dora");
    await dora.page.addInitScript(`
      Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
      Document.prototype.execCommand = () => false;`);
    const { dialog } = await openFileLinks(dora);
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByText("This browser can't copy to the clipboard").first().waitFor();
    const url = await dialog.getByLabel("Address of the link").inputValue();
    await expect.poll(() => dora.page.evaluate("getSelection().toString()")).toBe(url);
  });

  it("while the links of a file load, the button that makes a link does not move", async () => {
    const fay = await web.person("Fay");
    const isShown = Promise.withResolvers<void>();
    await fay.page.route(/\/attachments\/[^/]+\/links\?/, async (route) => {
      await isShown.promise;
      await route.continue();
    });
    const { dialog } = await openFileLinks(fay);
    const create = dialog.getByRole("button", { name: "Create and copy link" });
    await create.click({ trial: true });
    const before = await create.boundingBox();
    const response = fay.page.waitForResponse(/\/attachments\/[^/]+\/links\?/);
    isShown.resolve();
    await (await response).finished();
    await expect.poll(() => dialog.locator(".skeleton").count()).toBe(0);
    expect(await create.boundingBox()).toEqual(before);
  });

  it("the dialog of a file shows why the creation of a link failed", async () => {
    const eva = await web.person("Eva");
    eva.watch.expect(/^503 POST .*\/links/);
    const { dialog } = await openFileLinks(eva);
    const problem = { code: "database_unavailable", status: 503, message: "down" };
    await eva.page.route(/\/links$/, (route) =>
      route.request().method() === "POST"
        ? route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) })
        : route.continue(),
    );
    const create = dialog.getByRole("button", { name: "Create and copy link" });
    await create.click();
    await dialog.getByRole("alert").filter({ hasText: "can't reach its data" }).waitFor();
    await eva.page.unroute(/\/links$/);
    await create.click();
    await dialog.getByLabel("Address of the link").waitFor();
    expect(await dialog.getByRole("alert").count()).toBe(0);
  });
});

describe("links that have ended", () => {
  it("one line of the share dialog hides the ended links of a note", async () => {
    const ann = await web.person("Ann", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a")] });
    const create = (label: string, password: string | null = null) =>
      ann.client.links.create(note.id, { label, password, expiresAt: null });
    const ended = [await create("First"), await create("Second"), await create("Locked", "open sesame")];
    for (const { id } of ended) await ann.client.links.revoke(id);
    await create("Living");
    // The line of ended links is open at first if a link has just ended.
    const revokedAt = new Date(Date.now() - 60_000).toISOString();
    await alterResponses(ann.page, /\/notes\/.*\/links\?/, ({ items }: LinkPage) => ({
      items: items.map((link) => ({ ...link, ...(link.revokedAt !== null && { revokedAt }) })),
    }));
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByText("Living").waitFor();
    const second = dialog.getByRole("listitem").filter({ hasText: "Second" });
    expect(await second.isVisible()).toBe(false);
    await dialog.getByText("3 ended links").click();
    const locked = dialog.getByRole("listitem").filter({ hasText: "Locked" });
    await locked.getByText("The service does not know its password.").waitFor();
    expect(await locked.getByRole("button").count()).toBe(0);
    expect(await second.getByRole("button").allTextContents()).toEqual(["New link like this"]);
    await second.getByRole("button").click();
    const made = await dialog.getByLabel("Address of the link").inputValue();
    expect(await linksOf(ann, note.id)).toMatchObject([{ url: made, label: "Second", state: "live" }, {}, {}, {}, {}]);

    await ann.page.goto("/links");
    await ann.page.getByText("3 ended links").click();
    await ann.page
      .getByText(/^Ended .*Never opened$/)
      .first()
      .waitFor();
    expect(await ann.page.getByRole("list", { name: "Links" }).getByRole("listitem").count()).toBe(2);
  });
});

describe("the page of all links", () => {
  it("the page of all links lists links and file requests, page by page", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: "Plan" });
    await ann.client.links.create(note.id, { kind: "upload", label: "Papers", request: {} });
    for (let nth = 1; nth <= 51; nth++) await ann.client.links.create(note.id, { label: `Link ${nth}` });
    await ann.page.goto("/");
    await ann.page.getByRole("link", { name: "Plan" }).waitFor();
    await ann.page.keyboard.type("gl");
    const tickets = ann.page.getByRole("list", { name: "Links" }).getByRole("listitem");
    await tickets.first().getByText("Link 51").waitFor();
    await tickets.nth(49).scrollIntoViewIfNeeded();
    await expect.poll(() => tickets.count()).toBe(52);
    await ann.page.getByLabel("File requests").check({ force: true });
    await expect.poll(() => tickets.count()).toBe(1);
    await tickets.getByText("Papers").waitFor();
    await tickets.getByRole("link", { name: "Plan" }).click();
    await ann.page.waitForURL(`**/n/${note.id}`);
  });
});

describe("the operator's policy for links", () => {
  const strict = startWeb({ env: { LINKS_PASSWORD: "required", LINKS_MAX_EXPIRY: "3600" } });

  it("if the operator disables links, the dialog of links only explains this", async () => {
    const ann = await web.person("Ann");
    await alterResponses(ann.page, "**/instance", ({ limits }: Instance) => ({
      limits: { ...limits, links: { ...limits.links, enabled: false } },
    }));
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a")] });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByText("The operator of this service has turned links off.").waitFor();
    expect(await dialog.getByRole("button", { name: /Create and copy link|Ask for files instead/ }).count()).toBe(0);
    await ann.page.keyboard.press("Escape");
    expect(await ann.page.getByRole("button", { name: "Create link…" }).count()).toBe(0);
  });

  it("the list of links says that a link does not work if it lacks a required password", async () => {
    const ann = await strict.person("Ann");
    const note = await seedNote(ann.client, { title: "Plan", files: [text("a.txt", "a")] });
    await ann.client.links.create(note.id, { label: "Offer", password: "open sesame" });
    // Changes the response as if the link had been made without a password, before the operator required passwords.
    await ann.page.route(`**/notes/${note.id}/links?*`, async (route) => {
      // Ignores a failure, because a later request may still run when the test ends.
      const response = await route.fetch().catch(() => undefined);
      if (response === undefined) return;
      const body = (await response.json()) as { items: object[] };
      const items = body.items.map((link) => ({ ...link, state: "closed", hasPassword: false }));
      await route.fulfill({ response, json: { ...body, items } });
    });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByText("The operator requires a password.").waitFor();
    expect(await dialog.getByRole("button", { name: "Copy the link “Offer”" }).count()).toBe(0);
    await chooseForLink(ann.page, { label: "Offer", action: "Edit" });
    await dialog.getByRole("textbox", { name: "Password" }).waitFor();
  });

  it("the form of a new link offers only what the policy of the service allows", async () => {
    const ann = await strict.person("Ann");
    const note = await seedNote(ann.client, { title: "Plan" });
    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByRole("button", { name: "Create and copy link" }).press("Enter");
    const spans = dialog.getByRole("group", { name: "How long it works" });
    expect(await labelsOf(spans)).toEqual(["60 s", "10 min", "1 h"]);
    await dialog.getByText("Use at least 6 characters.").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill("open sesame");
    await dialog.getByRole("button", { name: "Create and copy link" }).click();
    await dialog.getByText(/Expires in 1\sh$/).waitFor();
    expect(await linksOf(ann, note.id)).toMatchObject([{ hasPassword: true }]);
  });
});
