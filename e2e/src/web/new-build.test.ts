import { expect, it } from "vitest";
import { activity } from "../../../packages/web/src/texts/en/activity.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { previewTexts } from "../../../packages/web/src/texts/en/preview.ts";
import { settings } from "../../../packages/web/src/texts/en/settings.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { pdf } from "./testing/files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb({ hasCache: false });

it("an open page reloads when it needs code that the new build does not have", async () => {
  const ann = await web.person("Ann");
  const { page, watch } = ann;
  watch.expect(/404|The code could not be loaded/);
  await page.goto("/");
  let isGone = true;
  await page.route("**/assets/settings-page-*.js", (route) =>
    isGone ? route.fulfill({ status: 404 }) : route.continue(),
  );
  const reloaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Ann" }).click();
  await page.getByRole("menuitem", { name: texts.app.settings }).click();
  await reloaded;
  isGone = false;
  await page.goto("/settings");
  await page.getByRole("heading", { name: settings.title, level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/settings");
});

it("the app shows a network problem instead of a page that can't be loaded offline", async () => {
  const bob = await web.person("Bob");
  const { page, watch } = bob;
  watch.expect(/ERR_|The code could not be loaded/);
  await page.goto("/");
  // The heading appears before the notes have loaded, and offline the notes would never load.
  await page.getByText(texts.notes.empty.begin.title).waitFor();
  await bob.context.setOffline(true);
  await page.getByRole("link", { name: texts.app.activity }).click();
  await page.getByRole("alert").getByText(texts.app.failed.title).waitFor();
  await page.getByText(texts.app.offline).waitFor();
  // The banner says why, so the page does not say it again.
  expect(await page.getByText(texts.problems.offline).count()).toBe(0);
  await page.getByRole("button", { name: texts.common.tryAgain }).click();
  await page.getByRole("link", { name: texts.app.notes, exact: true }).click();
  await page.getByText(texts.notes.empty.begin.title).waitFor();
  await bob.context.setOffline(false);
  await page.getByRole("link", { name: texts.app.activity }).click();
  await page.getByRole("heading", { name: activity.title, level: 1 }).waitFor();
});

it("the app loads a page that was opened offline as soon as the browser is online", async () => {
  const eve = await web.person("Eve");
  const { page, watch } = eve;
  watch.expect(/ERR_|The code could not be loaded/);
  await page.goto("/");
  await page.getByRole("heading", { name: texts.notes.list.owned, level: 1 }).waitFor();
  await eve.context.setOffline(true);
  await page.getByRole("link", { name: texts.app.links }).click();
  await page.getByRole("alert").getByText(texts.app.failed.title).waitFor();
  await eve.context.setOffline(false);
  await page.getByRole("heading", { name: linkTexts.page.title, level: 1 }).waitFor();
  await page.getByRole("link", { name: texts.app.activity }).click();
  await page.getByRole("heading", { name: activity.title, level: 1 }).waitFor();
});

it("the page reports a network problem if the code of a dialog can't be loaded", async () => {
  const cy = await web.person("Cy");
  const { page, watch } = cy;
  watch.expect(/ERR_/);
  const { id } = await cy.client.notes.create({ title: "Plan", body: "one" });
  await page.goto(`/n/${id}`);
  const share = page.getByRole("button", { name: texts.sharing.share, exact: true });
  await share.waitFor();
  const messages = page.getByRole("region", { name: texts.common.notifications });
  // The code of the messages loads at the first action of the user.
  await share.hover();
  await messages.waitFor({ state: "attached" });
  await cy.context.setOffline(true);
  const said = messages.getByText(texts.problems.offline);
  for (const open of [() => share.click(), () => page.keyboard.press("Control+k"), () => page.keyboard.press("?")]) {
    await open();
    await said.first().waitFor();
    await share.waitFor();
  }
  await page.getByRole("region", { name: texts.notes.body }).getByText("one", { exact: true }).waitFor();
  await cy.context.setOffline(false);
  // Clicks until the dialog is open. If the browser remembers that a file failed to load, the first click may reload the page instead.
  const dialog = page.getByRole("dialog", { name: texts.sharing.share });
  await expect
    .poll(async () => {
      await share.click({ timeout: 1_000 }).catch(() => undefined);
      return dialog.isVisible();
    })
    .toBe(true);
});

it("a message appears as soon as its code has loaded", async () => {
  const fay = await web.person("Fay");
  const { page } = fay;
  const { id } = await fay.client.notes.create({ title: "Plan", body: "one" });
  const requested = Promise.withResolvers<void>();
  const allowed = Promise.withResolvers<void>();
  await page.route("**/assets/toasts-*.js", async (route) => {
    requested.resolve();
    await allowed.promise;
    await route.continue();
  });
  await page.goto(`/n/${id}`);
  await page.getByRole("button", { name: texts.notes.more }).click();
  await page.getByRole("menuitem", { name: texts.notes.pin }).click();
  await page.getByRole("list", { name: texts.notes.pinned }).waitFor();
  await requested.promise;
  const messages = page.getByRole("region", { name: texts.common.notifications });
  expect(await messages.count()).toBe(0);
  allowed.resolve();
  await messages.getByText(texts.notes.pinned).waitFor();
});

it("a note shows its Markdown source if the Markdown renderer can't be loaded", async () => {
  const dee = await web.person("Dee");
  const { page, watch } = dee;
  watch.expect(/ERR_FAILED/);
  await page.route("**/assets/markdown-view-*.js*", (route) => route.abort());
  const { id } = await dee.client.notes.create({ title: "Plan", body: "**one**" });
  // The page reloads once, because the missing code may be in a new build.
  const reloaded = page.waitForRequest((request) => request.method() === "HEAD");
  await page.goto(`/n/${id}`);
  await reloaded;
  await page.waitForLoadState("networkidle");
  await page.getByText("**one**", { exact: true }).click();
  await page.getByRole("textbox", { name: texts.notes.body }).waitFor();
});

/** Blocks the code with this name until `letThrough` is called. The page does not reload, because a mark says that it has just reloaded. */
async function withholdCode({ page, watch }: Person, name: string) {
  watch.expect(/ERR_FAILED/);
  await page.addInitScript("sessionStorage.setItem('valetkey.reloaded', String(Date.now()))");
  let isHeld = true;
  await page.route(`**/assets/${name}-*.js*`, (route) => (isHeld ? route.abort() : route.continue()));
  return {
    letThrough() {
      isHeld = false;
    },
  };
}

it("a retry shows a PDF after the code of the PDF preview could not be loaded", async () => {
  const gia = await web.person("Gia");
  const { page } = gia;
  const note = await seedNote(gia.client, { title: "Lease", files: [pdf("lease.pdf", ["In May."])] });
  const code = await withholdCode(gia, "pdf-file");
  await page.goto(`/n/${note.id}`);
  await page.getByRole("button", { name: "lease.pdf", exact: true }).click();
  const trouble = page.getByRole("dialog").getByRole("alert");
  await trouble.getByText(previewTexts.notLoaded).waitFor();
  await trouble.getByText(texts.problems.network).waitFor();
  code.letThrough();
  await trouble.getByRole("button", { name: texts.common.tryAgain }).click();
  await page.getByRole("region", { name: "Page 1 of 1" }).waitFor();
});
