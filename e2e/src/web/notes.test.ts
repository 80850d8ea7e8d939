import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "./testing/axe.ts";
import { text } from "./testing/files.ts";
import { PASSWORD } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests, refuseSaves } from "./testing/watch.ts";

const TITLE = { name: "Title" };
const TEXT = { name: "Text" };

/** Once it is so; saving waits for a pause in the typing. */
const soon: typeof expect.poll = (read) => expect.poll(read, { timeout: 15_000 });

/** The text as it is drawn; a click on what stands there until its code has come can be lost with it. */
const rendered = (page: Page) => page.locator(".markdown");

describe("writing a note", () => {
  const web = startWeb();

  it("is typed at once: n, the title, Enter, the text; and it survives a reload", async () => {
    const { page, client } = await web.person("Ann Writes");
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
    await page.keyboard.press("n");
    await page.waitForURL("**/n/*");
    await soon(() => page.getByRole("textbox", TITLE).evaluate(isFocused)).toBe(true);
    await page.keyboard.type("Contract");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Sign **both** pages.");
    await page.keyboard.press("Escape");
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    await page.reload();
    await page.locator("strong", { hasText: "both" }).waitFor();
    expect(await page.getByRole("textbox", TITLE).inputValue()).toBe("Contract");
    const [note] = (await client.notes.list()).items;
    expect(note).toMatchObject({ title: "Contract", body: "Sign **both** pages." });
  });

  it("survives a tab that is closed in the middle of a word", async () => {
    const { page, client, context } = await web.person("Ann Closes");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await page.getByText("one", { exact: true }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("textbox", TEXT).waitFor();
    await page.keyboard.type(" two");
    await page.close({ runBeforeUnload: true });
    await soon(async () => (await client.notes.get(id)).body).toBe("one two");
    expect(context.pages()).toEqual([]);
  });

  it("keeps what can't be saved, says so, and saves it when the connection is back", async () => {
    const { page, client, context, watch } = await web.person("Ann Offline");
    watch.expect(/ERR_INTERNET_DISCONNECTED/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await context.setOffline(true);
    await page.getByRole("textbox", TEXT).fill("one, offline");
    await page.keyboard.press("Escape");
    await page.getByText("Stored on this device").waitFor();
    await context.setOffline(false);
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("one, offline");
  });

  it("brings back after a crash what could not be saved, and lets one discard it", async () => {
    const { page, client, context, watch } = await web.person("Ann Crashes");
    watch.expect(/^500 PATCH|ERR_FAILED PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await page.route(/\/notes\//, (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    await rendered(page).getByText("one").click();
    await page.getByRole("textbox", TEXT).fill("one and more");
    await page.getByText("Not saved: There was no answer").waitFor();
    await page.goto("chrome://crash").catch(() => undefined);
    const later = await context.newPage();
    await later.goto(`/n/${id}`);
    await later.getByText("They have been restored.").waitFor();
    await later.getByText("one and more").waitFor();
    await soon(async () => (await client.notes.get(id)).body).toBe("one and more");
    await later.getByRole("button", { name: "Discard" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("one");
  });

  it("saves what an earlier page could not, on whatever page one comes back, and with no note opened", async () => {
    const { page, client, context, watch } = await web.person("Ann Returns");
    watch.expect(/^503 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await refuseSaves(page);
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByText("Not saved").first().waitFor();
    await page.goto("chrome://crash").catch(() => undefined);
    expect((await client.notes.get(id)).body).toBe("one");
    const later = await context.newPage();
    await later.goto("/activity");
    await soon(async () => (await client.notes.get(id)).body).toBe("one two");
    await soon(() => later.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))")).toEqual([]);
  });

  it("leaves alone what another page is still writing", async () => {
    const { page, client, context, watch } = await web.person("Ann Twice");
    watch.expect(/^503 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    const saves = await refuseSaves(page);
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByText("Not saved: A proxy or firewall responded instead of the service.").waitFor();
    const other = await context.newPage();
    await other.goto("/activity");
    await other.getByRole("heading", { level: 1 }).waitFor();
    await other.goto(`/n/${(await seedNote(client, { title: "Another" })).id}`);
    await other.getByRole("textbox", TITLE).waitFor();
    expect((await client.notes.get(id)).body).toBe("one");
    await saves.release();
    await page.getByRole("textbox", TEXT).fill("one two three");
    await soon(async () => (await client.notes.get(id)).body).toBe("one two three");
    expect(await page.getByText("This note was changed").count()).toBe(0);
  });

  it("discards of what was brought back only that, not what others have written since", async () => {
    const { page, client, context, watch } = await web.person("Ann Discards");
    watch.expect(/^(?:503|409) PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await refuseSaves(page);
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByText("Not saved").first().waitFor();
    await page.goto("chrome://crash").catch(() => undefined);
    const later = await context.newPage();
    // The list knows the title of before.
    const held = await holdRequests(later, new RegExp(`/notes/${id}`));
    await later.goto("/");
    await later.getByRole("link", { name: /Plan/ }).waitFor();
    await client.notes.update(id, { title: "Their title" });
    await later.getByRole("link", { name: /Plan/ }).click();
    await later.getByRole("button", { name: "Discard", exact: true }).waitFor();
    held.release();
    await later.getByRole("button", { name: "Discard", exact: true }).click();
    await soon(() => client.notes.get(id)).toMatchObject({ title: "Their title", body: "one" });
    await later.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect(await client.notes.get(id)).toMatchObject({ title: "Their title", body: "one" });
  });

  it("stays in the field when a press on a touch screen is called off, long after a mouse has left it", async () => {
    const { page, client } = await web.person("Ann Touches");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByRole("heading", { name: "Files" }).click();
    await rendered(page).getByText("one two").click();
    await page.getByRole("textbox", TEXT).pressSequentially(" three");
    await page.evaluate("dispatchEvent(new PointerEvent('pointercancel', { bubbles: true }))");
    // What leaves the field does so in a moment of its own.
    await page.evaluate("new Promise((later) => setTimeout(() => setTimeout(later)))");
    await page.getByRole("textbox", TEXT).pressSequentially(" four");
    await soon(async () => (await client.notes.get(id)).body).toBe("one two three four");
  });

  it("makes one note, however often N is pressed until it is there", async () => {
    const { page, client } = await web.person("Ann Hurries");
    await page.goto("/");
    await page.getByText("A note holds your files").waitFor();
    const held = await holdRequests(page, /\/notes$/);
    for (let press = 0; press < 3; press++) await page.keyboard.press("n");
    await page.getByRole("main").getByRole("button", { name: "New note" }).click();
    held.release();
    await page.waitForURL("**/n/*");
    await page.getByRole("textbox", TITLE).waitFor();
    expect((await client.notes.list()).items).toHaveLength(1);
  });

  it("is saved after the next sign-in when the session has ended in the middle of it", async () => {
    const { page, client, context, watch, email } = await web.person("Ann Ends");
    watch.expect(/^401 /);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await context.clearCookies();
    await page.getByRole("textbox", TEXT).fill("one and more");
    await page.getByText("Your session has ended.").waitFor();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("one and more");
  });

  it("without a title is called Untitled, and nothing else of it is lost", async () => {
    const { page, client } = await web.person("Ann Untitled");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    const title = page.getByRole("textbox", TITLE);
    await title.fill("");
    expect(await title.inputValue()).toBe("");
    await title.press("Escape");
    expect(await title.inputValue()).toBe("Untitled");
    await soon(() => client.notes.get(id)).toMatchObject({ title: "Untitled", body: "one" });
  });
});

describe("two who write on one note", () => {
  const web = startWeb();

  const conflict = async (name: string) => {
    const person = await web.person(name);
    const { page, client, watch } = person;
    watch.expect(/^409 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await client.notes.update(id, { body: "theirs" });
    await page.getByRole("textbox", TEXT).fill("mine");
    await page.getByText("This note was changed while you were writing").waitFor();
    expect(await page.getByRole("textbox", TEXT).inputValue()).toBe("mine");
    expect((await client.notes.get(id)).body).toBe("theirs");
    return { ...person, id };
  };

  it("lose nothing: both texts are there, and one's own is kept when it is chosen", async () => {
    const { page, client, id } = await conflict("Ann Keeps");
    await page.getByText("Show the other text").click();
    await page.getByText("theirs", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("This note was changed while you were writing").waitFor();
    await page.getByRole("button", { name: "Keep mine" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("mine");
    await page.getByText("mine", { exact: true }).waitFor();
  });

  it("lose nothing: the other's is taken, and that can be undone", async () => {
    const { page, client, id } = await conflict("Ann Yields");
    await page.getByRole("button", { name: "Take theirs" }).click();
    await page.getByText("theirs", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("theirs");
    await page.getByRole("button", { name: "Undo" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("mine");
  });

  it("are in no hurry: what one wrote in this tab outlives what another tab saves", async () => {
    const { page, client, context, watch } = await web.person("Ann Waits");
    watch.expect(/^409 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    const other = await context.newPage();
    for (const tab of [other, page]) await tab.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await client.notes.update(id, { body: "theirs" });
    await page.getByRole("textbox", TEXT).fill("mine");
    await page.getByText("This note was changed while you were writing").waitFor();
    await other.getByRole("textbox", TITLE).fill("Better plan");
    await soon(async () => (await client.notes.get(id)).title).toBe("Better plan");
    await page.reload();
    await page.getByText("This note was changed").waitFor();
    await page.getByRole("button", { name: "Keep mine" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("mine");
  });

  it("are not asked when the one changed the title and the other the text, nor by an answer that was lost", async () => {
    const { page, client, watch } = await web.person("Ann Merges");
    watch.expect(/^409 PATCH|ERR_FAILED PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await client.notes.update(id, { title: "Their title" });
    await page.getByRole("textbox", TEXT).fill("my text");
    await soon(() => client.notes.get(id)).toMatchObject({ title: "Their title", body: "my text" });
    await soon(() => page.getByRole("textbox", TITLE).inputValue()).toBe("Their title");
    let isLost = false;
    await page.route(/\/notes\//, async (route) => {
      if (isLost || route.request().method() !== "PATCH") return route.continue();
      isLost = true;
      await route.fetch();
      await route.abort();
    });
    await page.getByRole("textbox", TEXT).fill("my text, saved unheard");
    await page.getByText("Not saved: There was no answer").waitFor();
    await page.getByRole("textbox", TEXT).fill("my text, and on");
    await soon(async () => (await client.notes.get(id)).body).toBe("my text, and on");
    expect(await page.getByText("This note was changed").count()).toBe(0);
  });

  it("a note that is read again does not replace what is being typed", async () => {
    const { page, client } = await web.person("Ann Types");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    const held = await holdRequests(page, /\/notes\//);
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
    held.release();
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect(await page.getByRole("textbox", TEXT).inputValue()).toBe("one two");
  });
});

describe("a note's text", () => {
  const web = startWeb();

  it("requirement 25: runs nothing and asks no other origin, whatever is written in it", async () => {
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
    await page.getByRole("img", { name: "Done" }).waitFor();
    const text = page.getByRole("region", TEXT);
    expect(await text.locator("script, img, iframe, svg:not(.lucide), style").count()).toBe(0);
    const links = await text
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
    // Links whose scheme could run something are words.
    for (const word of ["link", "data", "vb"]) await text.getByText(word, { exact: true }).waitFor();
    expect(await page.evaluate(() => (globalThis as { ran?: number }).ran)).toBe(undefined);
    expect([...watch.requests.keys()]).toEqual([web.service.url]);
  });

  it("is read by a viewer, who finds nothing to write in", async () => {
    const ben = await web.person("Ben");
    const ann = await web.person("Ann");
    const { id } = await seedNote(ann.client, {
      title: "Plan",
      body: "Read *this*.",
      sharedWith: { emails: [ben.email] },
    });
    await ben.page.goto(`/n/${id}`);
    await ben.page.getByRole("heading", { level: 1, name: "Plan" }).waitFor();
    await ben.page.getByText("Read").click();
    await ben.page.keyboard.press("e");
    expect(await ben.page.getByRole("textbox", TEXT).count()).toBe(0);
    await ben.page.getByRole("button", { name: "More about this note" }).click();
    await ben.page.getByRole("menuitem", { name: "Copy link to note" }).waitFor();
    expect(await ben.page.getByRole("menuitem", { name: "Delete" }).count()).toBe(0);
  });
});

describe("an address without a note", () => {
  const web = startWeb();

  it.each(["mistyped", "01990000-0000-7000-8000-000000000000"])("says so, and leads on: /n/%s", async (noteId) => {
    const { page, watch } = await web.person(`Ann ${noteId}`);
    watch.expect(/^40[04] GET/);
    await page.goto(`/n/${noteId}`);
    await page.getByRole("alert").getByText("There is no such note").waitFor();
    await page.getByRole("link", { name: "Go to your notes" }).click();
    await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
  });
});

describe("the list", () => {
  const web = startWeb();

  it("takes a deleted note off at once, and undo brings it back with its files", async () => {
    const { page, client } = await web.person("Ann Regrets");
    const { id } = await seedNote(client, { title: "Plan", body: "one", files: [text("a.txt", "a")] });
    await page.goto(`/n/${id}`);
    await deleteByMenu(page);
    await page.waitForURL("**/");
    await soon(() => page.getByRole("link", { name: /Plan/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: /Plan 1 file/ }).click();
    await page.getByText("a.txt").first().waitFor();
    expect((await client.notes.get(id)).attachments).toHaveLength(1);
  });

  it("deletes for good when that was not undone: by leaving the page, and by dismissing the offer", async () => {
    const { page, client } = await web.person("Ann Deletes");
    const [first, second] = [await seedNote(client, { title: "First" }), await seedNote(client, { title: "Second" })];
    await page.goto(`/n/${first.id}`);
    await deleteByMenu(page);
    await page.getByRole("button", { name: "Undo" }).hover();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await soon(async () => (await client.notes.list()).items.map(({ id }) => id)).toEqual([second.id]);
    await page.goto(`/n/${second.id}`);
    await deleteByMenu(page);
    await page.getByRole("button", { name: "Undo" }).waitFor();
    await page.close({ runBeforeUnload: true });
    await soon(async () => (await client.notes.list()).items).toEqual([]);
  });

  it("is searched while one types; the address knows it, Escape clears it", async () => {
    const { page, client } = await web.person("Ann Searches");
    await seedNote(client, { title: "Contract", files: [text("signed.txt", "s")] });
    await seedNote(client, { title: "Holiday", body: "Lisbon" });
    await page.goto("/");
    await page.getByRole("link", { name: /Holiday/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("signed");
    await page.waitForURL("**/?q=signed");
    await soon(() => page.getByRole("link", { name: /Holiday/ }).count()).toBe(0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/n/*?q=signed");
    await page.goto("/?q=nowhere");
    await page.getByText("Nothing found for “nowhere”").waitFor();
    await page.getByRole("searchbox").press("Escape");
    await page.waitForURL(/\/$/);
    await page.getByRole("link", { name: /Holiday/ }).waitFor();
  });

  it("shows what others share: whose it is, how many files, and files that came alone", async () => {
    const ann = await web.person("Ann Gives");
    const ben = await web.person("Ben Takes");
    await seedNote(ann.client, {
      title: "Shared plan",
      files: [text("a.txt", "a"), text("b.txt", "b")],
      sharedWith: { emails: [ben.email] },
    });
    const { attachments } = await seedNote(ann.client, { title: "Private", files: [text("alone.txt", "alone")] });
    const [file] = attachments;
    await ann.client.shares.put({ attachmentId: file?.id ?? "" }, { emails: [ben.email], role: "viewer" });
    await ben.page.goto("/shared");
    await ben.page.getByRole("link", { name: /Shared plan Ann Gives · 2 files · just now/ }).waitFor();
    const download = ben.page.waitForEvent("download");
    await ben.page.getByRole("link", { name: /Download alone.txt 5 bytes · Ann Gives/ }).click();
    expect((await download).suggestedFilename()).toBe("alone.txt");
    expect(await ben.page.getByText("Private").count()).toBe(0);
  });

  it("fetches on while one scrolls, and goes from row to row by j, k and Enter", async () => {
    const { page, client } = await web.person("Ann Scrolls");
    for (let nth = 1; nth <= 60; nth++) await client.notes.create({ title: `Note ${nth}` });
    await page.goto("/");
    const rows = page.getByRole("link", { name: /^Note \d+/ });
    await rows.first().waitFor();
    await rows.last().scrollIntoViewIfNeeded();
    await soon(() => rows.count()).toBe(60);
    await page.locator("body").click({ position: { x: 900, y: 600 } });
    for (const key of ["j", "j", "j", "k", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL("**/n/*");
    await soon(() => page.getByRole("textbox", TITLE).inputValue()).toBe("Note 59");
  });

  it("says what failed, and tries again", async () => {
    const { page, watch } = await web.person("Ann Fails");
    watch.expect(/^500 GET .*\/notes\?/);
    await page.route(/\/notes\?/, (route) => route.fulfill({ status: 500, json: { code: "internal" } }));
    await page.goto("/");
    await page.getByText("The notes could not be loaded").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("A note holds your files").waitFor();
  });
});

describe("keys", () => {
  const web = startWeb();

  it("go to the places and list themselves, but never while one types", async () => {
    const { page, client } = await web.person("Ann Keys");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto("/");
    await page.getByRole("link", { name: /Plan/ }).waitFor();
    for (const [keys, path] of [
      ["gs", "/shared"],
      ["ga", "/activity"],
      ["g,", "/settings"],
      ["gn", "/"],
    ] as const) {
      await page.keyboard.type(keys);
      await page.waitForURL(`**${path}`);
    }
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    await page.keyboard.press("n");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.goto(`/n/${id}`);
    await page.getByText("one", { exact: true }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("textbox", TEXT).waitFor();
    await page.keyboard.type(" n?gs");
    await page.keyboard.press("Escape");
    await soon(async () => (await client.notes.get(id)).body).toBe("one n?gs");
    await page.keyboard.press("Control+n");
    expect((await client.notes.list()).items).toHaveLength(1);
  });

  it("open one field from which notes, places and actions are reached", async () => {
    const { page, client } = await web.person("Ann Commands");
    await seedNote(client, { title: "Plan", body: "one" });
    await seedNote(client, { title: "Other" });
    await page.goto("/settings");
    await page.getByRole("heading", { level: 1 }).waitFor();
    for (const [key, text, option] of [
      ["Control+k", "pla", "Plan"],
      ["Control+k", "activ", "Activity"],
      ["/", "use the dark", "Use the dark theme"],
      ["Control+k", "new n", "New note"],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole("combobox", { name: "Search, go and do" }).fill(text);
      await soon(() => page.getByRole("option").allInnerTexts()).toEqual([expect.stringMatching(`^${option}`)]);
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      if (option === "Plan") await page.getByText("one", { exact: true }).waitFor();
      if (option === "Activity") await page.getByRole("heading", { level: 1, name: "Activity" }).waitFor();
    }
    await page.waitForURL("**/n/*");
    await soon(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await soon(() => page.getByRole("textbox", TITLE).evaluate(isFocused)).toBe(true);
  });
});

type Link = { textContent: string; href: string; rel: string; target: string };

describe.each(["light", "dark"] as const)("in the %s theme axe finds nothing serious", (colorScheme) => {
  const web = startWeb();

  it("on the list, the note that is read and written, a conflict, the keys and the field for everything", async () => {
    const { page, client, watch } = await web.person("Ann", { colorScheme });
    watch.expect(/^409 PATCH/);
    const body =
      "# One\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code` [link](https://example.com)\n\n> quote";
    const { id } = await seedNote(client, { title: "Plan", body, files: [text("a.txt", "a")] });
    const findings: Record<string, string[]> = {};
    const look = async (name: string) => {
      findings[name] = await seriousFindings(page);
    };
    await page.goto("/?q=nowhere");
    await page.getByRole("heading", { name: /Nothing found/ }).waitFor();
    await look("nothing found");
    await page.goto("/");
    await page.getByRole("link", { name: /Plan/ }).click();
    await page.getByRole("heading", { name: "One" }).waitFor();
    await look("read");
    await page.keyboard.press("Control+k");
    await page.getByRole("option").first().waitFor();
    await look("palette");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await look("keys");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("e");
    await page.getByRole("textbox", TEXT).waitFor();
    await client.notes.update(id, { body: "theirs" });
    await page.getByRole("textbox", TEXT).fill("mine");
    await page.getByText("This note was changed while you were writing").waitFor();
    await look("conflict");
    expect(findings).toEqual({ "nothing found": [], read: [], palette: [], keys: [], conflict: [] });
  });
});

declare const document: {
  activeElement: unknown;
  documentElement: { dataset: Record<string, string> };
  dispatchEvent(event: Event): void;
};

function isFocused(element: unknown): boolean {
  return document.activeElement === element;
}

async function deleteByMenu(page: Page): Promise<void> {
  await page.getByRole("button", { name: "More about this note" }).click();
  await page.getByRole("menuitem", { name: "Delete note" }).click();
}
