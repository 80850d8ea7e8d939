import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { fileToolsTexts, renameTexts } from "../../../packages/web/src/texts/en/file-tools.ts";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { shareDialogTexts as words } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { png, text } from "./testing/files.ts";
import { button, choose, filesOf, keptIn, keptUploads, open, rowOf } from "./testing/note-files.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const { attachments: attachmentTexts } = texts;

describe("the files on the page of a note", () => {
  const web = startWeb();

  const bucketReads = ({ watch }: Person) =>
    (watch.requests.get(web.service.bucketOrigin) ?? []).filter(({ method }) => method === "GET").length;
  const urlRequests = ({ watch }: Person) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => /\/urls?(\?|$)/.test(url)).length;

  it("a note shows all files, also if the service returns them in several pages", async () => {
    const lou = await web.person("Lou");
    const note = await open(lou);
    const json = { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" };
    await lou.page.evaluate(
      async ({ path, body }) => {
        const headers = { "content-type": "application/json" };
        for (let nth = 0; nth < 201; nth += 1) await fetch(path, { method: "POST", headers, body });
      },
      { path: `/notes/${note.id}/uploads`, body: JSON.stringify(json) },
    );
    await lou.page.reload();
    await expect.poll(() => filesOf(lou).getByRole("listitem").count()).toBe(201);
  });

  it("a tap on the row of a file opens the file, but a tap on the menu does not", async () => {
    const mia = await web.person("Mia", PHONE);
    await open(mia, [text("a.txt", "a")]);
    const row = rowOf(mia, "a.txt");
    const { width = 0, height = 0 } = (await row.boundingBox()) ?? {};
    expect(height).toBeGreaterThanOrEqual(56);
    const preview = mia.page.getByRole("dialog", { name: "a.txt" });
    for (const position of [
      { x: 4, y: height - 4 },
      { x: width - 60, y: 4 },
    ]) {
      await row.tap({ position });
      await preview.waitFor();
      await mia.page.goBack();
      await preview.waitFor({ state: "detached" });
    }
    await button(row, "More").tap();
    await mia.page.getByRole("menuitem", { name: attachmentTexts.download }).waitFor();
    expect(await preview.count()).toBe(0);
  });

  it("a file of a note is deleted immediately, and an undo restores it", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann, [text("a.txt", "a"), text("b.txt", "b")]);
    for (const name of ["a.txt", "b.txt"]) {
      await button(rowOf(ann, name), "More").click();
      await ann.page.getByRole("menuitem", { name: "Delete" }).click();
      await expect.poll(() => rowOf(ann, name).count()).toBe(0);
      if (name !== "a.txt") continue;
      await ann.page.getByRole("button", { name: "Undo" }).click();
      await rowOf(ann, "a.txt").waitFor();
    }
    const names = async () => (await ann.client.notes.get(note.id)).attachments.map(({ filename }) => filename);
    await expect.poll(names).toEqual(["a.txt"]);
  });

  it("several selected files are deleted together, and an undo restores them", async () => {
    const ivo = await web.person("Ivo");
    const note = await open(
      ivo,
      ["a", "b", "c", "d"].map((name) => text(`${name}.txt`, name)),
    );
    const names = async () => (await ivo.client.notes.get(note.id)).attachments.map(({ filename }) => filename);
    const box = (name: string) => ivo.page.getByRole("checkbox", { name: attachmentTexts.choose(name) });
    const tools = ivo.page.getByRole("group", { name: fileToolsTexts.label });
    await button(filesOf(ivo), attachmentTexts.select).click();
    await box("b.txt").click();
    await box("d.txt").click({ modifiers: ["Shift"] });
    await tools.getByText(/^3 files selected/).waitFor();
    await button(tools, fileToolsTexts.remove).click();
    await expect.poll(names).toEqual(["a.txt"]);
    await ivo.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(names).toHaveLength(4);
    await rowOf(ivo, "d.txt").waitFor();
    await tools.getByRole("combobox", { name: fileToolsTexts.order }).selectOption(fileToolsTexts.orders.newest);
    await tools.getByRole("searchbox").fill("c.t");
    await expect.poll(() => filesOf(ivo).getByRole("listitem").count()).toBe(1);
    await box("c.txt").check();
    await tools.getByRole("searchbox").fill("");
    await box("a.txt").check();
    await button(tools, fileToolsTexts.link).click();
    const dialog = ivo.page.getByRole("dialog", { name: linkTexts.dialog.titleOfSeveral(2) });
    await dialog.getByRole("button", { name: linkTexts.dialog.create }).click();
    await dialog.getByRole("textbox", { name: linkTexts.field }).waitFor();
    const { items } = await ivo.client.links.ofNote(note.id);
    expect(items[0]?.files?.map(({ filename }) => filename).sort()).toEqual(["a.txt", "c.txt"]);
  });

  it("while files are selected, buttons for the selection replace the buttons for all files", async () => {
    const lea = await web.person("Lea", PHONE);
    await open(lea, [text("a.txt", "a"), text("b.txt", "b")]);
    const all = lea.page.getByRole("button", { name: "Download all" });
    await all.waitFor();
    await button(filesOf(lea), attachmentTexts.select).click();
    await lea.page.getByRole("checkbox", { name: attachmentTexts.choose("a.txt") }).check();
    await button(filesOf(lea), fileToolsTexts.download)
      .or(filesOf(lea).getByRole("link", { name: "Download" }))
      .waitFor();
    expect(await all.count()).toBe(0);
    await button(filesOf(lea), attachmentTexts.selectDone).click();
    await all.waitFor();
    expect(await lea.page.getByRole("checkbox").count()).toBe(0);
  });

  it("if sharing several files fails, a retry shares only the files that are not shared yet", async () => {
    const uma = await web.person("Uma");
    uma.watch.expect(/^400 PUT .*shares/);
    const note = await open(
      uma,
      ["a", "b", "c"].map((name) => text(`${name}.txt`, name)),
    );
    let calls = 0;
    await uma.page.route("**/attachments/*/shares", (route) => {
      calls += 1;
      return calls === 2 ? route.fulfill({ status: 400, json: { code: "invalid_request" } }) : route.continue();
    });
    await button(filesOf(uma), attachmentTexts.select).click();
    await uma.page.getByRole("checkbox", { name: fileToolsTexts.all }).check();
    await button(filesOf(uma), fileToolsTexts.share).click();
    const dialog = uma.page.getByRole("dialog", { name: words.files.title(3) });
    await dialog.getByLabel(words.people.label, { exact: true }).fill("nobody@example.com");
    await button(dialog, texts.sharing.share).click();
    await dialog.getByRole("alert").getByText(words.files.shared(1, 3)).waitFor();
    await dialog.getByText(words.files.missing("b.txt, c.txt")).waitFor();
    await button(dialog, texts.sharing.share).click();
    await dialog.getByText(words.people.shared(["nobody@example.com"])).waitFor();
    await button(dialog, invitationTexts.message.copyOf("nobody@example.com")).waitFor();
    expect(calls).toBe(4);
    for (const { id } of note.attachments) {
      const { invitations } = await uma.client.shares.list({ attachmentId: id });
      expect(invitations.map(({ email, role }) => [email, role])).toEqual([["nobody@example.com", "viewer"]]);
    }
  });

  it("after too many tries, the user can share again only after the wait", async () => {
    const zoe = await web.person("Zoe");
    zoe.watch.expect(/^429 PUT .*shares/);
    await open(zoe, [text("a.txt", "a"), text("b.txt", "b")]);
    await zoe.page.route("**/attachments/*/shares", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "3" }, json: { code: "rate_limited" } }),
    );
    await button(filesOf(zoe), attachmentTexts.select).click();
    await zoe.page.getByRole("checkbox", { name: fileToolsTexts.all }).check();
    await button(filesOf(zoe), fileToolsTexts.share).click();
    const dialog = zoe.page.getByRole("dialog", { name: words.files.title(2) });
    await dialog.getByLabel(words.people.label, { exact: true }).fill("nobody@example.com");
    await button(dialog, texts.sharing.share).click();
    await dialog.getByRole("alert").waitFor();
    expect(await button(dialog, texts.sharing.share).isDisabled()).toBe(true);
    await expect.poll(() => button(dialog, texts.sharing.share).isEnabled(), { timeout: 20_000 }).toBe(true);
  });

  it("the key F2 renames a file, and the arrow keys move between files", async () => {
    const jan = await web.person("Jan");
    jan.watch.expect(/^400 PATCH /);
    const note = await open(jan, [text("a.txt", "a"), text("b.txt", "b")]);
    const { page } = jan;
    const focused = () => page.evaluate("document.activeElement.textContent");
    await page.getByRole("button", { name: /^a.txt/ }).focus();
    await expect.poll(() => filesOf(jan).locator("li [tabindex='0']").count()).toBe(1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("F2");
    const field = page.getByRole("textbox", { name: renameTexts.name });
    await field.waitFor();
    await page.keyboard.type("c/d");
    await page.keyboard.press("Enter");
    await page
      .getByRole("alert")
      .getByText(/path separator/)
      .waitFor();
    await field.fill("c.txt");
    await page.keyboard.press("Enter");
    await expect.poll(focused).toContain("c.txt");
    const { attachments } = await jan.client.notes.get(note.id);
    expect(attachments.map(({ filename }) => filename)).toEqual(["a.txt", "c.txt"]);
    await page.keyboard.press("Home");
    expect(await focused()).toContain("a.txt");
    await page.keyboard.press("Tab");
    expect(
      await filesOf(jan)
        .getByRole("list")
        .evaluate((list) => list.matches(":focus-within")),
    ).toBe(false);
  });

  it("the page of a note loads all thumbnails with one URL request, and caches them", async () => {
    const ben = await web.person("Ben");
    await open(ben, [png("a.png"), png("b.png"), text("c.txt", "c")]);
    const pictures = () => filesOf(ben).locator("img").count();
    await expect.poll(pictures).toBe(2);
    expect(urlRequests(ben)).toBe(1);
    const readBefore = bucketReads(ben);
    await ben.page.reload();
    await expect.poll(pictures).toBe(2);
    expect(urlRequests(ben)).toBe(1);
    expect(bucketReads(ben)).toBe(readBefore);
  });

  it("a note shows the thumbnail of a new file without a request for a URL", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    await choose(cleo, [png("a.png")]);
    await expect.poll(() => filesOf(cleo).locator("img").count()).toBe(1);
    expect(urlRequests(cleo)).toBe(0);
  });

  it("a sign-out deletes all thumbnails of files from the browser", async () => {
    const dora = await web.person("Dora");
    await open(dora);
    await choose(dora, [png("a.png")]);
    await expect.poll(() => filesOf(dora).locator("img").count()).toBe(1);
    expect(await keptIn(dora, "thumbnails")).toBe(1);
    await dora.page.getByRole("button", { name: "Dora" }).click();
    await dora.page.getByRole("menuitem", { name: "Sign out" }).click();
    await dora.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await keptIn(dora, "thumbnails")).toBe(0);
    expect(await keptUploads(dora)).toBe(0);
  });

  it("a person can download a file from its row and from the menu of the row", async () => {
    const gus = await web.person("Gus");
    await open(gus, [text("a.txt", "hello")]);
    const row = rowOf(gus, "a.txt");
    await row.hover();
    const clicks = [
      () => row.getByRole("link", { name: "Download" }).click(),
      async () => {
        await button(row, "More").click();
        await gus.page.getByRole("menuitem", { name: "Download" }).click();
      },
    ];
    for (const click of clicks) {
      const download = gus.page.waitForEvent("download");
      await click();
      expect((await download).suggestedFilename()).toBe("a.txt");
      expect(await readFile(await (await download).path(), "utf8")).toBe("hello");
    }
  });
});
