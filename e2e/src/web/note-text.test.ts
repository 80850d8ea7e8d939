import { describe, expect, it } from "vitest";
import { text } from "./testing/files.ts";
import { TEXT } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

describe("a note's text", () => {
  it("requirement 25: the text of a note cannot run a script or load another origin", async () => {
    const { page, client, watch } = await web.person("Eve");
    const body = [
      "<script>window.ran = 1</script>",
      '<img src="x" onerror="window.ran = 2">',
      '<iframe src="https://evil.example/frame"></iframe>',
      '<svg onload="window.ran = 3"></svg><style>@import "https://evil.example/style";</style>',
      "[link](javascript:window.ran=4) [data](data:text/html,<script>window.ran=5</script>) [vb](vbscript:x)",
      "![pixel](https://evil.example/pixel.png) ![](javascript:window.ran=6)",
      "https://evil.example/page",
      "- [x] done\n- [ ] open",
    ].join("\n\n");

    const { id } = await seedNote(client, { title: "<img src=x onerror=alert(1)>", body });
    await page.goto(`/n/${id}`);
    await page.getByRole("checkbox", { name: "done", checked: true }).waitFor();
    const shown = page.getByRole("region", TEXT);
    expect(await shown.locator("script, img, iframe, svg:not(.lucide), style").count()).toBe(0);
    const links = await shown
      .locator("a")
      .evaluateAll((all) =>
        (all as unknown as Link[]).map(({ textContent, href, rel, target }) =>
          [textContent, href, rel, target].join(" "),
        ),
      );
    expect(links).toEqual([
      "https://evil.example/style https://evil.example/style noopener noreferrer _blank",
      "pixel https://evil.example/pixel.png noopener noreferrer _blank",
      "https://evil.example/page https://evil.example/page noopener noreferrer _blank",
    ]);
    // For a link whose scheme can run a script, the page shows only the text.
    for (const word of ["link", "data", "vb"]) await shown.getByText(word, { exact: true }).waitFor();
    expect(await page.evaluate(() => (globalThis as { ran?: number }).ran)).toBe(undefined);
    expect([...watch.requests.keys()]).toEqual([web.service.url]);
  });

  it("a viewer can't edit the text of a note", async () => {
    const ben = await web.person("Ben");
    const ann = await web.person("Ann");
    const { id } = await seedNote(ann.client, {
      title: "Plan",
      body: "Read *this*.",
      sharedWith: { userIds: [ben.id] },
    });
    await ben.page.goto(`/n/${id}`);
    await ben.page.getByRole("heading", { level: 1, name: "Plan" }).waitFor();
    await ben.page.getByRole("region", TEXT).getByText("Read").click();
    await ben.page.keyboard.press("e");
    expect(await ben.page.getByRole("textbox", TEXT).count()).toBe(0);
    await ben.page.getByRole("button", { name: "More about this note" }).click();
    await ben.page.getByRole("menuitem", { name: "Copy note address" }).waitFor();
    expect(await ben.page.getByRole("menuitem", { name: "Delete" }).count()).toBe(0);
  });

  it("a printed note contains its files, and not the rest of the page", async () => {
    const { page, client } = await web.person("Cleo");
    const { id } = await seedNote(client, { title: "Plan", body: "Print *this*.", files: [text("a.txt", "a")] });
    await page.goto(`/n/${id}`);
    const rest = [
      page.getByRole("navigation").first(),
      page.getByRole("button", { name: "Edit", exact: true }),
      page.getByRole("button", { name: "Share", exact: true }),
    ];
    for (const each of rest) await each.waitFor();
    await page.emulateMedia({ media: "print" });
    for (const each of rest) await each.waitFor({ state: "hidden" });
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    for (const shown of ["Print this.", "a.txt"]) await page.locator("#note").getByText(shown).first().waitFor();
  });
});

describe("the URL of a note that does not exist", () => {
  it.each(["mistyped", "01990000-0000-7000-8000-000000000000"])(
    "the page of an unknown note shows an error and a link to all notes (/n/%s)",
    async (noteId) => {
      const { page, watch } = await web.person(`Ann ${noteId}`);
      watch.expect(/^40[04] GET/);
      await page.goto(`/n/${noteId}`);
      await page.getByRole("alert").getByText("There is no such note").waitFor();
      await page.getByRole("link", { name: "Go to your notes" }).click();
      await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
    },
  );
});

type Link = { textContent: string; href: string; rel: string; target: string };
