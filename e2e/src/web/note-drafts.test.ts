import { describe, expect, it } from "vitest";
import { rendered, TEXT } from "./testing/note-page.ts";
import { PASSWORD } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

describe("a draft of a note that the service has not saved", () => {
  const web = startWeb({ hasCache: false });

  it("the app saves the draft of a note when the connection is back", async () => {
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

  it("the app restores the draft of a note after a crash", async () => {
    const { page, client, context, watch } = await web.person("Ann Crashes");
    watch.expect(/^500 PATCH|ERR_FAILED PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await page.route(/\/notes\//, (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    await rendered(page).getByText("one").click();
    await page.getByRole("textbox", TEXT).fill("one and more");
    await page.getByText("Stored on this device until the service responds again").waitFor();
    await page.goto("chrome://crash").catch(() => undefined);
    const later = await context.newPage();
    await later.goto(`/n/${id}`);
    await later.getByText("They have been restored.").waitFor();
    await later.getByText("one and more").waitFor();
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("one and more");
    await later.getByRole("button", { name: "Discard" }).click();
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("one");
  });

  it("the app saves the draft of a note after the next sign-in", async () => {
    const { page, client, context, watch, email } = await web.person("Ann Ends");
    watch.expect(/^401 /);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await context.clearCookies();
    await page.getByRole("textbox", TEXT).fill("one and more");
    await page.getByText("Your session has ended.").waitFor();
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    expect((await client.notes.get(id)).body).toBe("one and more");
  });
});
