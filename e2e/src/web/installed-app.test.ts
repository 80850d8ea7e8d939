import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { attachTexts } from "../../../packages/web/src/texts/en/attach.ts";
import { PASSWORD } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

declare const document: { body: { innerHTML: string } };
declare const window: { dispatchEvent(event: Event): boolean };
type Registration = { scope: string; active: { state: string } | null };
declare const navigator: { serviceWorker: { getRegistrations(): Promise<Registration[]> } };

/** Dispatches the event `appinstalled`, as if the user had installed the app. Waits until the app's service worker is active. */
async function install(page: Page): Promise<string[]> {
  await page.goto("/");
  await page.getByRole("navigation").first().waitFor();
  await page.evaluate(() => window.dispatchEvent(new Event("appinstalled")));
  const workers = () =>
    page.evaluate(async () =>
      (await navigator.serviceWorker.getRegistrations()).map(({ scope, active }) => `${active?.state} for ${scope}`),
    );
  await expect.poll(workers).toEqual([expect.stringMatching("^activated")]);
  return workers();
}

/** Sends the request of a phone whose user shares files from another app with the installed app. */
async function shareWithApp(page: Page, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page.evaluate(() => {
    document.body.innerHTML =
      '<form action="/attach" method="post" enctype="multipart/form-data"><input type="file" name="files" multiple><button>Send</button></form>';
  });
  await page.locator("input[type=file]").setInputFiles(files);
  await page.getByRole("button", { name: "Send" }).click();
}

const photo = { name: "Foto ü.jpg", mimeType: "image/jpeg", buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]) };

it("the installed app attaches files from other apps to a new or an existing note", async () => {
  const ann = await web.person("Ann");
  const { page, client } = ann;
  const note = await seedNote(client, { title: "Trip" });
  expect(await install(page)).toEqual([`activated for ${web.service.url}/attach`]);
  await shareWithApp(page, [photo]);
  await page.getByRole("heading", { name: attachTexts.title(1) }).waitFor();
  await page.getByRole("button", { name: /^Trip/ }).click();
  await page.waitForURL(`**/n/${note.id}`);
  const filenames = async (noteId: string) => {
    const { attachments } = await client.notes.get(noteId);
    return attachments.filter(({ state }) => state === "ready").map(({ filename }) => filename);
  };
  await expect.poll(() => filenames(note.id)).toEqual(["Foto ü.jpg"]);

  await shareWithApp(page, [photo, { ...photo, name: "wrong.jpg" }, { ...photo, name: "second.jpg" }]);
  await page.getByRole("button", { name: attachTexts.remove("wrong.jpg") }).click();
  await page.getByRole("heading", { name: attachTexts.title(2) }).waitFor();
  await page.getByRole("button", { name: attachTexts.newNote }).click();
  await page.waitForURL(/\/n\/[0-9a-f]{8}-/);
  const newId = new URL(page.url()).pathname.split("/")[2] as string;
  await expect.poll(async () => (await filenames(newId)).sort()).toEqual(["Foto ü.jpg", "second.jpg"]);
  await page.goto("/attach");
  await page.getByText(attachTexts.nothing.title).waitFor();
});

it("the installed app keeps files from other apps while the person signs in", async () => {
  const ben = await web.person("Ben");
  const { page } = ben;
  await install(page);
  await ben.context.clearCookies();
  ben.watch.expect(/^401 /);
  await shareWithApp(page, [photo]);
  await page.getByLabel(accountTexts.email).fill(ben.email);
  await page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("Foto ü.jpg").first().waitFor();
  expect(new URL(page.url()).pathname).toBe("/attach");
});

it("if the app is not installed, its pages have no service worker", async () => {
  const { page, context } = await web.person("Cy");
  await page.goto("/");
  await page.getByRole("navigation").first().waitFor();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = await (await context.request.get(href as string)).json();
  for (const { src, type } of manifest.icons) {
    const icon = await context.request.get(src);
    expect([src, icon.status(), icon.headers()["content-type"]]).toEqual([src, 200, type]);
  }
  expect(manifest.share_target).toMatchObject({ action: "/attach", method: "POST" });
  for (const path of ["/favicon.ico", "/apple-touch-icon.png"]) {
    expect((await context.request.get(path)).ok(), path).toBe(true);
  }
});
