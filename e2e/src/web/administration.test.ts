import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { makePlace, runCli } from "../testing/service.ts";
import { openPerson, PASSWORD } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const EMAIL = "root@example.com";

describe("the pages of administrators", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "valetkey-web-admin-"));
  const web = startWeb({ env: { DATA_DIR: dataDir } });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it("requirement 47: end the session of a person whom an administrator disables", async () => {
    const place = await makePlace({ DATA_DIR: dataDir });
    await runCli(place, ["user", "add", "--admin", "--email", EMAIL, "--password", PASSWORD]);
    await place.remove();
    const ann = await web.person("Ann");
    const { page, context, close } = await openPerson(web.browser, {
      service: web.service,
      name: "Root",
      hasAccount: false,
    });
    onTestFinished(close);
    const headers = { origin: web.service.url };
    await context.request.post("/auth/sign-in/email", { headers, data: { email: EMAIL, password: PASSWORD } });
    await page.goto("/settings");
    await page.getByRole("link", { name: "People, links, rules, mail, webhooks and log" }).click();
    await page.getByLabel("Search people").fill("ann");
    const row = page.getByRole("list", { name: "People" }).getByRole("listitem").filter({ hasText: "Ann" });
    await row.getByRole("button", { name: "Disable Ann" }).click();
    await row.getByRole("button", { name: "Cancel" }).click();
    expect((await ann.context.request.get("/me")).status()).toBe(200);
    await row.getByRole("button", { name: "Disable Ann" }).click();
    await row.getByRole("button", { name: "Disable", exact: true }).click();
    await row.getByText("Disabled").waitFor();
    expect((await ann.context.request.get("/me")).status()).toBe(401);
    ann.watch.expect(/^401 /);
    await ann.page.goto("/activity");
    await ann.page.waitForURL(/\/sign-in/);
    await page.getByRole("radio", { name: "Log" }).check();
    await page.getByRole("list", { name: "Log" }).getByText(`${EMAIL} disabled Ann`).waitFor();
  });
});
