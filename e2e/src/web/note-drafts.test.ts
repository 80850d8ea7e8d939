import { describe, expect, it } from "vitest";
import { rendered, soon, TEXT, TITLE } from "./testing/note-page.ts";
import { PASSWORD } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests, refuseSaves } from "./testing/watch.ts";

describe("a draft that the service has not saved", () => {
  const web = startWeb();

  it("is saved when the connection is back", async () => {
    const { page, client, context, watch } = await web.person("Ann Offline");
    watch.expect(/ERR_INTERNET_DISCONNECTED/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await context.setOffline(true);
    await page.getByRole("textbox", TEXT).fill("one, offline");
    await page.keyboard.press("Escape");
    await page.getByText("Kept on this device").waitFor();
    await context.setOffline(false);
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("one, offline");
  });

  it("comes back after a crash and can be discarded", async () => {
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
    await later.getByText("It is back.").waitFor();
    await later.getByText("one and more").waitFor();
    await soon(async () => (await client.notes.get(id)).body).toBe("one and more");
    await later.getByRole("button", { name: "Discard" }).click();
    await soon(async () => (await client.notes.get(id)).body).toBe("one");
  });

  it("of a crashed page is saved from any other page", async () => {
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

  it("is not saved by another page while its own page is open", async () => {
    const { page, client, context, watch } = await web.person("Ann Twice");
    watch.expect(/^503 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    const saves = await refuseSaves(page);
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByText("Not saved: Something between here and the service answered in its place.").waitFor();
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

  it("is discarded without undoing the changes of others", async () => {
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
    // The list still has the old title.
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

  it("is saved after the next sign-in when the session ends", async () => {
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
});
