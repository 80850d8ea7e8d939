import { describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { choose, filesOf, keptUploads, open } from "./testing/note-files.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { refuseSaves } from "./testing/watch.ts";

const words = texts.app.leaving;

/** Signs out with the account menu of the page. */
async function signOut({ page, name }: Person): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}

async function signIn({ page, email }: Person): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
}

describe("a sign-out", () => {
  const web = startWeb({ hasCache: false });

  it("a sign-out saves the last change of a note", async () => {
    const ann = await web.person("Ann");
    const { id } = await seedNote(ann.client, { title: "Plan", body: "one" });
    await ann.page.goto(`/n/${id}`);
    await ann.page.getByRole("textbox", { name: "Title" }).fill("Better plan");
    await signOut(ann);
    await ann.page.waitForURL("**/sign-in");
    await signIn(ann);
    await ann.page.getByRole("link", { name: "Better plan" }).waitFor();
  });

  it("before a sign-out discards an unsaved change of a note, the app asks the user", async () => {
    const cleo = await web.person("Cleo");
    cleo.watch.expect(/^500 PATCH/);
    const { id } = await seedNote(cleo.client, { title: "Plan", body: "one" });
    await cleo.page.goto(`/n/${id}`);
    await refuseSaves(cleo.page);
    await cleo.page.getByRole("textbox", { name: "Title" }).fill("Better plan");
    await cleo.page.keyboard.press("Tab");
    await cleo.page.getByText("Not saved").first().waitFor();
    await signOut(cleo);
    await cleo.page.getByText(words.losesText).first().waitFor();
    expect(new URL(cleo.page.url()).pathname).toBe(`/n/${id}`);
    await cleo.page.getByRole("button", { name: words.anyway }).click();
    await cleo.page.waitForURL("**/sign-in");
    expect(await cleo.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))")).toEqual([]);
  });

  it("before a sign-out aborts uploads, the app asks the user", async () => {
    const dora = await web.person("Dora");
    const note = await open(dora);
    await dora.context.route(`${web.service.bucketOrigin}/**`, () => new Promise(() => undefined));
    await choose(dora, [text("a.txt", "hello")]);
    await filesOf(dora).getByRole("progressbar").waitFor();
    await expect.poll(() => keptUploads(dora)).toBe(1);
    await signOut(dora);
    await dora.page.getByText(words.losesUploads).first().waitFor();
    expect(await keptUploads(dora)).toBe(1);
    await dora.page.getByRole("button", { name: words.anyway }).click();
    await dora.page.waitForURL("**/sign-in");
    expect(await keptUploads(dora)).toBe(0);
    await signIn(dora);
    await expect.poll(async () => (await dora.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("a sign-out without a connection aborts no upload", async () => {
    const emil = await web.person("Emil");
    emil.watch.expect(/ERR_INTERNET_DISCONNECTED/);
    await open(emil);
    await emil.context.route(`${web.service.bucketOrigin}/**`, () => new Promise(() => undefined));
    await choose(emil, [text("a.txt", "hello")]);
    await filesOf(emil).getByRole("progressbar").waitFor();
    await expect.poll(() => keptUploads(emil)).toBe(1);
    await emil.page.getByRole("button", { name: "Emil" }).click();
    await emil.page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    await emil.context.setOffline(true);
    await emil.page.getByRole("menuitem", { name: "Sign out" }).click();
    await emil.page.getByText("Try again when you are online").first().waitFor();
    expect(await keptUploads(emil)).toBe(1);
    await filesOf(emil).getByRole("progressbar").waitFor();
  });
});
