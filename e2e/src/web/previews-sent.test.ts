import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../packages/client/src/index.ts";
import { dropFiles } from "./testing/drop-files.ts";
import { type SampleFile, text } from "./testing/files.ts";
import { filesOf, hashesOf, open, stored } from "./testing/note-files.ts";
import { pagesPdf } from "./testing/pages-pdf.ts";
import type { Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";
import { webm } from "./testing/webm.ts";

describe("the previews of attached files", () => {
  const web = startWeb();

  /** Returns the names and the sizes in pixels of the previews of each file of a note. */
  async function previewsIn(client: Client, noteId: string): Promise<Record<string, string[]>> {
    const { attachments } = await client.notes.get(noteId);
    return Object.fromEntries(
      attachments.map(({ filename, previews = [] }) => [
        filename,
        previews.map(({ name, width, height }) => `${name} ${width}x${height}`),
      ]),
    );
  }
  const previewRequests = ({ watch }: Person) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => /\/attachments\/previews/.test(url)).length;

  const noteRequests = ({ watch }: Person, noteId: string) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => url.endsWith(`/notes/${noteId}`)).length;

  it("12 dropped photos get previews with few requests to the service", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const bytes = await drawn(ann.page, { width: 1800, height: 1200, type: "image/jpeg" });
    const photos = Array.from({ length: 12 }, (_, nth): SampleFile => {
      // Different bytes after the picture make each photo a different file.
      return { name: `photo-${nth}.jpg`, type: "image/jpeg", bytes: Buffer.concat([bytes, Buffer.from(`${nth}`)]) };
    });
    await dropFiles(ann.page.locator("main"), { files: photos });
    await expect
      .poll(() => previewsIn(ann.client, note.id), { timeout: 60_000 })
      .toEqual(Object.fromEntries(photos.map(({ name }) => [name, ["small 320x213", "large 1600x1067"]])));
    expect(await stored(ann.client, note.id)).toEqual(hashesOf(photos));
    expect(previewRequests(ann)).toBeLessThan(photos.length * 2);
    await filesOf(ann).getByRole("button", { name: "photo-11.jpg" }).first().waitFor();
    const small = await ann.client.urlFor((await ann.client.notes.get(note.id)).attachments[0]?.id ?? "", {
      preview: "small",
    });
    const picture = await fetch(small.fileUrl);
    expect(picture.headers.get("content-type")).toBe("image/webp");
    expect((await picture.arrayBuffer()).byteLength).toBeLessThan(40_000);
  });

  it("a PDF and a video get previews, and a small file gets none", async () => {
    const bob = await web.person("Bob");
    const note = await open(bob);
    const frame = await drawn(bob.page, { width: 640, height: 360, type: "image/webp" });
    const files = [
      pagesPdf("book.pdf", { pages: 12 }),
      webm("film.webm", { frame, seconds: 3, paddingBytes: 200_000 }),
      text("a.txt", "small"),
    ];
    await dropFiles(bob.page.locator("main"), { files });
    await expect
      .poll(() => previewsIn(bob.client, note.id), { timeout: 60_000 })
      .toEqual({
        "book.pdf": [expect.stringMatching(/^small \d+x320$/), expect.stringMatching(/^large \d+x1600$/)],
        "film.webm": ["small 320x180", "large 640x360"],
        "a.txt": [],
      });
  });

  it("another person's open page of the note shows new previews with few requests", async () => {
    const [cleo, dan] = [await web.person("Cleo"), await web.person("Dan")];
    const note = await open(cleo);
    await cleo.client.shares.put({ noteId: note.id }, { role: "viewer", userIds: [(await dan.client.me()).id] });
    const learned = watchNote(dan.page, note.id);
    await dan.page.goto(`/n/${note.id}`);
    const before = noteRequests(dan, note.id);
    const bytes = await drawn(cleo.page, { width: 2000, height: 1500, type: "image/jpeg" });
    const photos = Array.from({ length: 8 }, (_, nth): SampleFile => {
      return { name: `photo-${nth}.jpg`, type: "image/jpeg", bytes: Buffer.concat([bytes, Buffer.from(`${nth}`)]) };
    });
    await dropFiles(cleo.page.locator("main"), { files: photos });
    await expect.poll(learned, { timeout: 60_000 }).toBe(16);
    expect(noteRequests(dan, note.id) - before).toBeLessThanOrEqual(8);
  });
});

/** Returns a function that returns the number of previews in the last response with this note that the page has received. */
function watchNote(page: Page, noteId: string): () => number {
  let previews = 0;
  page.on("response", async (response) => {
    if (!response.url().endsWith(`/notes/${noteId}`) || !response.ok()) return;
    // When the page is left, the browser drops the bodies of its responses.
    const note: { attachments: { previews?: unknown[] }[] } | undefined = await response.json().catch(() => undefined);
    if (note === undefined) return;
    previews = note.attachments.reduce((sum, attachment) => sum + (attachment.previews ?? []).length, 0);
  });
  return () => previews;
}

/** Draws a picture with many details, which compresses badly. */
async function drawn(
  page: Page,
  { width, height, type }: { width: number; height: number; type: string },
): Promise<Buffer> {
  const dataUrl: string = await page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: ${width}, height: ${height} });
    const context = canvas.getContext("2d");
    let seed = 1;
    for (let nth = 0; nth < 20_000; nth += 1) {
      seed = (seed * 16807) % 2147483647;
      context.fillStyle = "#" + (seed & 0xffffff).toString(16).padStart(6, "0");
      context.fillRect(seed % ${width}, (seed >> 8) % ${height}, 24, 24);
    }
    return canvas.toDataURL("${type}", 0.9);
  })()`);
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(",") + 1), "base64");
}
