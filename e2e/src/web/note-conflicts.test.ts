import { describe, expect, it } from "vitest";
import { rendered, soon, TEXT, TITLE } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

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

  it("see both texts and keep their own", async () => {
    const { page, client, id } = await conflict("Ann Keeps");
    await page.getByText("Show the other text").click();
    await page.getByText("theirs", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("This note was changed while you were writing").waitFor();
    await page.getByRole("button", { name: "Keep mine" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("mine");
    await page.getByText("mine", { exact: true }).waitFor();
  });

  it("take the other text and can undo that", async () => {
    const { page, client, id } = await conflict("Ann Yields");
    await page.getByRole("button", { name: "Take theirs" }).click();
    await page.getByText("theirs", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("theirs");
    await page.getByRole("button", { name: "Undo" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("mine");
  });

  it("keep a conflict open when another tab saves", async () => {
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

  it("see no conflict when one changes the title and one the text", async () => {
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

  it("keep the typed text when the page reads the note again", async () => {
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

declare const document: { dispatchEvent(event: Event): void };
