import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "./testing/axe.ts";
import { png, text } from "./testing/files.ts";
import { button, choose, filesOf, keptIn, keptUploads, open, rowOf } from "./testing/note-files.ts";
import type { Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

describe("the files of a note", () => {
  const web = startWeb();

  const bucketReads = ({ watch }: Person) =>
    (watch.requests.get(web.service.bucketOrigin) ?? []).filter(({ method }) => method === "GET").length;
  const urlRequests = ({ watch }: Person) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => /\/urls?(\?|$)/.test(url)).length;

  it("have no serious axe findings during an upload", async () => {
    const kim = await web.person("Kim");
    await open(kim, [png("a.png"), text("b.txt", "b")]);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await kim.context.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await released;
      await route.continue();
    });
    await choose(kim, [text("c.txt", "c")]);
    await filesOf(kim).getByRole("progressbar").waitFor();
    expect(await seriousFindings(kim.page)).toEqual([]);
    release();
  });

  it("are all shown on a note with more files than one page", async () => {
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

  it("are deleted at once, and come back with undo", async () => {
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

  it("load all thumbnails with one request and cache them", async () => {
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

  it("show the thumbnail of a new file without a URL", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    await choose(cleo, [png("a.png")]);
    await expect.poll(() => filesOf(cleo).locator("img").count()).toBe(1);
    expect(urlRequests(cleo)).toBe(0);
  });

  it("leave nothing in the browser after sign-out", async () => {
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

  it("are downloaded from the row and from its menu", async () => {
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
