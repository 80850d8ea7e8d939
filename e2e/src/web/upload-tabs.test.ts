import { describe, expect, it } from "vitest";
import { text } from "./testing/files.ts";
import {
  choose,
  filesOf,
  forgetContent,
  hashesOf,
  keptUploads,
  open,
  rowOf,
  stored,
  untilAttached,
} from "./testing/note-files.ts";
import { PASSWORD } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";
import { chooseBy, closeBucket, fileOnDisk } from "./testing/upload-faults.ts";

describe("an upload in two tabs", () => {
  const web = startWeb();

  it("moves to the second tab when the first is closed", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const bucket = await closeBucket(ann, web.service);
    // The request of the closed tab may still arrive. The bucket accepts a file once.
    ann.watch.expect(/^412 PUT /);
    const file = text("a.txt", "hello");
    await choose(ann, [file]);
    await filesOf(ann).getByRole("progressbar").waitFor();
    const other = { ...ann, page: await ann.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await ann.page.close();
    await filesOf(other).getByText("Uploading in another tab").waitFor({ state: "detached" });
    bucket.open();
    await untilAttached(other, "a.txt");
    expect(await stored(ann.client, note.id)).toEqual(hashesOf([file]));
    expect((await ann.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("is sent once and shown in both tabs", async () => {
    const ben = await web.person("Ben");
    const note = await open(ben);
    const bucket = await closeBucket(ben, web.service);
    await choose(ben, [text("a.txt", "hello")]);
    await filesOf(ben).getByRole("progressbar").waitFor();
    const other = { ...ben, page: await ben.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    bucket.open();
    await untilAttached(other, "a.txt");
    await untilAttached(ben, "a.txt");
    const sent = ben.watch.requests.get(web.service.bucketOrigin) ?? [];
    expect(sent.filter(({ method }) => method === "PUT")).toHaveLength(1);
    expect((await ben.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("is sent once when it fails in both tabs", async () => {
    const iris = await web.person("Iris");
    const note = await open(iris);
    const bucket = await closeBucket(iris, web.service);
    iris.watch.expect(/^401 |^412 PUT /);
    await choose(iris, [text("a.txt", "hello")]);
    await filesOf(iris).getByRole("progressbar").waitFor();
    await expect.poll(() => keptUploads(iris)).toBe(1);
    const other = { ...iris, page: await iris.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await iris.context.clearCookies();
    bucket.open();
    for (const tab of [iris, other]) await tab.page.getByText("Your session has ended.").waitFor();
    for (const tab of [other, iris]) {
      await tab.page.getByLabel("E-mail").fill(iris.email);
      await tab.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await tab.page.keyboard.press("Enter");
      await untilAttached(tab, "a.txt");
      await filesOf(tab).getByRole("progressbar").waitFor({ state: "detached" });
    }
    expect((await iris.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("is sent once when the other tab sends it first", async () => {
    const jon = await web.person("Jon");
    const note = await open(jon);
    const isOpen = Promise.withResolvers<void>();
    await jon.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await isOpen.promise;
      await route.continue();
    });
    const files = ["a.txt", "b.txt", "c.txt", "d.txt"].map((name) => text(name, "hello"));
    await choose(jon, files);
    await rowOf(jon, "d.txt").getByText("Waiting for its turn").waitFor();
    await expect.poll(() => keptUploads(jon)).toBe(4);
    const other = { ...jon, page: await jon.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await untilAttached(other, "d.txt");
    isOpen.resolve();
    for (const tab of [jon, other]) {
      const ready = filesOf(tab).getByText(/You · just now$/);
      await expect.poll(() => ready.count()).toBe(4);
      await expect.poll(() => filesOf(tab).getByRole("progressbar").count()).toBe(0);
    }
    expect((await jon.client.notes.get(note.id)).attachments).toHaveLength(4);
  });

  it("is shown in the second tab until the first has sent it", async () => {
    const kay = await web.person("Kay");
    const note = await open(kay);
    const bucket = await closeBucket(kay, web.service);
    await choose(kay, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(kay)).toBe(1);
    await forgetContent(kay);
    const other = { ...kay, page: await kay.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    bucket.open();
    for (const tab of [kay, other]) {
      await untilAttached(tab, "a.txt");
      expect(await filesOf(tab).getByRole("listitem").count()).toBe(1);
    }
  });

  it("needs its file again when the sending tab is closed", async () => {
    const lea = await web.person("Lea");
    const note = await open(lea);
    await closeBucket(lea, web.service);
    await choose(lea, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(lea)).toBe(1);
    await forgetContent(lea);
    const other = { ...lea, page: await lea.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await lea.page.close();
    await rowOf(other, "a.txt").getByText("Choose the file again to go on").waitFor();
  });

  it("is sent once when its file is chosen again in both tabs", async () => {
    const mia = await web.person("Mia");
    const note = await open(mia);
    const bucket = await closeBucket(mia, web.service);
    const path = await fileOnDisk("a.txt", { sizeBytes: 5 });
    await chooseBy(mia.page.getByRole("button", { name: "Attach files" }), path);
    await expect.poll(() => keptUploads(mia)).toBe(1);
    await forgetContent(mia);
    await mia.page.reload();
    const other = { ...mia, page: await mia.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    for (const tab of [mia, other]) await rowOf(tab, "a.txt").getByText("Choose the file again to go on").waitFor();
    bucket.open();
    for (const tab of [mia, other]) {
      await chooseBy(rowOf(tab, "a.txt").getByText("Choose the file…"), path);
      await untilAttached(tab, "a.txt");
      await expect.poll(() => filesOf(tab).getByRole("progressbar").count()).toBe(0);
    }
    expect((await mia.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("moves to the second tab when the browser stores no file", async () => {
    const olaf = await web.person("Olaf");
    await olaf.context.addInitScript(
      "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }",
    );
    const note = await open(olaf);
    const bucket = await closeBucket(olaf, web.service);
    olaf.watch.expect(/^412 PUT /);
    const other = { ...olaf, page: await olaf.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    const path = await fileOnDisk("a.txt", { sizeBytes: 5 });
    await chooseBy(olaf.page.getByRole("button", { name: "Attach files" }), path);
    await filesOf(olaf).getByRole("progressbar").waitFor();
    await chooseBy(other.page.getByRole("button", { name: "Attach files" }), path);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await olaf.page.close();
    await filesOf(other).getByText("Uploading in another tab").waitFor({ state: "detached" });
    bucket.open();
    await untilAttached(other, "a.txt");
  });
});
