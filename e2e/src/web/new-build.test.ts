import { expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { openPerson } from "./testing/person.ts";
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
