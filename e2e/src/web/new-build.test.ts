import { expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { pdf, text } from "./testing/files.ts";
import { choose, filesOf, keptUploads, rowOf } from "./testing/note-files.ts";
import { openPerson, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

it("a page that is open while the service gets a new build is loaded anew when it needs code that is gone", async () => {
  const ann = await openPerson(web.browser, { service: web.service, name: "Ann" });
  const { page, watch } = ann;
  watch.expect(/404|The code of the page did not come/);
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
  await page.getByRole("heading", { name: texts.settings.title, level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/settings");
  await ann.close();
});

it("without a connection the app stays: what is gone to says that there was no answer, and comes when there is one", async () => {
  const bob = await openPerson(web.browser, { service: web.service, name: "Bob" });
  const { page, watch } = bob;
  watch.expect(/ERR_|The code of the page did not come/);
  await page.goto("/");
  await page.getByRole("heading", { name: texts.notes.list.owned, level: 1 }).waitFor();
  await bob.context.setOffline(true);
  await page.getByRole("link", { name: texts.app.activity }).click();
  await page.getByRole("alert").getByText(texts.problems.network).waitFor();
  await page.getByText(texts.app.offline).waitFor();
  await page.getByRole("button", { name: texts.common.tryAgain }).click();
  await page.getByRole("link", { name: texts.app.notes, exact: true }).click();
  await page.getByText(texts.notes.empty.owned.title).waitFor();
  await bob.context.setOffline(false);
  await page.getByRole("link", { name: texts.app.activity }).click();
  await page.getByRole("heading", { name: texts.activity.title, level: 1 }).waitFor();
  await bob.close();
});

it("without a connection what is opened by a click or a key says that there was no answer, and the page stays as it is", async () => {
  const cy = await openPerson(web.browser, { service: web.service, name: "Cy" });
  const { page, watch } = cy;
  watch.expect(/ERR_/);
  const { id } = await cy.client.notes.create({ title: "Plan", body: "one" });
  await page.goto(`/n/${id}`);
  const share = page.getByRole("button", { name: texts.sharing.share, exact: true });
  await share.waitFor();
  // The first key brings the code of the messages.
  const messages = page.waitForResponse(/toast-region/);
  await page.keyboard.press("Shift");
  await messages;
  await cy.context.setOffline(true);
  const said = page.getByRole("region", { name: texts.common.notifications }).getByText(texts.problems.network);
  for (const open of [
    () => share.click(),
    () => page.keyboard.press("Control+k"),
    () => page.keyboard.press("?"),
    () => page.keyboard.press("n"),
  ]) {
    await open();
    await said.first().waitFor();
    await share.waitFor();
  }
  await page.getByText("one", { exact: true }).waitFor();
  await cy.context.setOffline(false);
  await share.click();
  await page.getByRole("dialog", { name: texts.sharing.shareNote }).waitFor();
  await cy.close();
});

it("a note is read and written as it was typed while the code that draws its text does not come", async () => {
  const dee = await openPerson(web.browser, { service: web.service, name: "Dee" });
  const { page, watch } = dee;
  watch.expect(/ERR_FAILED/);
  await page.route("**/assets/markdown-view-*.js", (route) => route.abort());
  const { id } = await dee.client.notes.create({ title: "Plan", body: "**one**" });
  // It is loaded anew once, in case there is a new build.
  const reloaded = page.waitForRequest((request) => request.method() === "HEAD");
  await page.goto(`/n/${id}`);
  await reloaded;
  await page.waitForLoadState("networkidle");
  await page.getByText("**one**", { exact: true }).click();
  await page.getByRole("textbox", { name: texts.notes.body }).waitFor();
  await dee.close();
});

/** Code of this name does not come to the page, which was loaded anew for that a moment ago, until it is let through. */
async function withholdCode({ page, watch }: Person, name: string) {
  watch.expect(/ERR_FAILED/);
  await page.addInitScript("sessionStorage.setItem('valetkey.reloaded', String(Date.now()))");
  let isHeld = true;
  await page.route(`**/assets/${name}-*.js`, (route) => (isHeld ? route.abort() : route.continue()));
  return {
    letThrough() {
      isHeld = false;
    },
  };
}

it("a note stays when the code of uploads does not come, and they go on when the connection is back", async () => {
  const eve = await openPerson(web.browser, { service: web.service, name: "Eve" });
  const { page } = eve;
  const isOpen = Promise.withResolvers<void>();
  await eve.context.route(`${web.service.bucketOrigin}/**`, async (route) => {
    await isOpen.promise;
    await route.continue().catch(() => undefined);
  });
  const { id } = await eve.client.notes.create({ title: "Plan", body: "one" });
  await page.goto(`/n/${id}`);
  await choose(eve, [text("a.txt", "hello")]);
  await expect.poll(() => keptUploads(eve)).toBe(1);
  const code = await withholdCode(eve, "uploads-watch");
  await page.reload();
  await page.getByText(texts.problems.network).first().waitFor();
  await page.getByText("one", { exact: true }).waitFor();
  code.letThrough();
  isOpen.resolve();
  await eve.context.setOffline(true);
  await page.getByText(texts.app.offline).waitFor();
  await eve.context.setOffline(false);
  await rowOf(eve, "a.txt")
    .getByText(/You · just now$/)
    .waitFor();
  await eve.close();
});

it("a file is sent when the code that shows it on its way comes in the end", async () => {
  const flo = await openPerson(web.browser, { service: web.service, name: "Flo" });
  const { id } = await flo.client.notes.create({ title: "Plan", body: "one" });
  const code = await withholdCode(flo, "upload-row");
  await flo.page.goto(`/n/${id}`);
  await choose(flo, [text("a.txt", "hello")]);
  await flo.page.getByText(texts.problems.network).first().waitFor();
  await filesOf(flo).waitFor();
  code.letThrough();
  await choose(flo, [text("a.txt", "hello")]);
  await rowOf(flo, "a.txt")
    .getByText(/You · just now$/)
    .waitFor();
  await flo.close();
});

it("a PDF whose code does not come is said not to be there, and shown when it is asked for again", async () => {
  const gia = await openPerson(web.browser, { service: web.service, name: "Gia" });
  const { page } = gia;
  const note = await seedNote(gia.client, { title: "Lease", files: [pdf("lease.pdf", ["In May."])] });
  const code = await withholdCode(gia, "pdf-file");
  await page.goto(`/n/${note.id}`);
  await page.getByRole("button", { name: "lease.pdf", exact: true }).click();
  const trouble = page.getByRole("dialog").getByRole("alert");
  await trouble.getByText(texts.preview.notLoaded).waitFor();
  await trouble.getByText(texts.problems.network).waitFor();
  code.letThrough();
  await trouble.getByRole("button", { name: texts.common.tryAgain }).click();
  await page.getByRole("region", { name: "Page 1 of 1" }).waitFor();
  await gia.close();
});

it("a link is there without the picture of it whose code does not come", async () => {
  const han = await openPerson(web.browser, { service: web.service, name: "Han" });
  const { page } = han;
  const note = await seedNote(han.client, { title: "Terms", files: [text("terms.txt", "as agreed")] });
  await withholdCode(han, "qr-code");
  await page.goto(`/n/${note.id}`);
  await page.getByRole("button", { name: "Copy link" }).click();
  const ticket = page.getByRole("dialog", { name: texts.sharing.link.title });
  await ticket.getByRole("button", { name: texts.sharing.link.copy }).click();
  await page.getByText(texts.problems.network).first().waitFor();
  expect(await ticket.getByLabel(texts.sharing.link.address, { exact: true }).inputValue()).toMatch(/^http/);
  await han.close();
});

it("a note that is gone is said to be so when the code of that does not come", async () => {
  const ivo = await openPerson(web.browser, { service: web.service, name: "Ivo" });
  const { page } = ivo;
  ivo.watch.expect(/^404 GET /);
  const code = await withholdCode(ivo, "no-note");
  const { id } = await ivo.client.notes.create({ title: "Plan", body: "one" });
  await ivo.client.notes.remove(id);
  await page.goto(`/n/${id}`);
  await page.getByRole("alert").getByText(texts.notes.failedToLoadOne).waitFor();
  await page.getByRole("link", { name: texts.app.activity }).waitFor();
  code.letThrough();
  await page.getByRole("button", { name: texts.common.tryAgain }).click();
  await page.getByRole("alert").getByText(texts.notes.gone.title).waitFor();
  await ivo.close();
});
