import { expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { openPerson } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

it("a page that is open while the service gets a new build is loaded anew when it needs code that is gone", async () => {
  const ann = await openPerson(web.browser, { service: web.service, name: "Ann" });
  const { page, watch } = ann;
  watch.expect(/404/);
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
