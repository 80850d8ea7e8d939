import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { texts as linkTexts } from "../../../packages/web/src/landing/texts/en.ts";
import { administration, policyTexts } from "../../../packages/web/src/texts/en/administration.ts";
import { makePlace, runCli } from "../testing/service.ts";
import { text } from "./testing/files.ts";
import { makeLink } from "./testing/links.ts";
import { openPerson, PASSWORD } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

type Tabs = { scrollWidth: number; clientWidth: number };

const EMAIL = "root@example.com";

async function openRoot({ service, browser }: Pick<ReturnType<typeof startWeb>, "service" | "browser">) {
  const root = await openPerson(browser, { service, name: "Root", hasAccount: false });
  onTestFinished(root.close);
  const headers = { origin: service.url };
  await root.context.request.post("/auth/sign-in/email", { headers, data: { email: EMAIL, password: PASSWORD } });
  return root;
}

describe("the pages of administrators", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "valetkey-web-admin-"));
  const web = startWeb({ env: { DATA_DIR: dataDir, AUTH_SIGN_UP: "", AUTH_JWT_SECRET: "" } });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it("requirement 47: an administrator who disables a person ends that person's sessions", async () => {
    const place = await makePlace({ DATA_DIR: dataDir });
    await runCli(place, ["user", "add", "--admin", "--email", EMAIL, "--password", PASSWORD]);
    await place.remove();
    const ann = await web.person("Ann");
    const { page } = await openRoot(web);
    await page.goto("/settings");
    await page.getByRole("link", { name: "Administration" }).click();
    await page.getByLabel("Search people").fill("ann");
    const row = page.getByRole("list", { name: "People" }).getByRole("listitem").filter({ hasText: "Ann" });
    const disable = async () => {
      await row.getByRole("button", { name: "Actions for Ann" }).click();
      await page.getByRole("menuitem", { name: "Disable…" }).click();
    };
    await disable();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await ann.context.request.get("/me")).status()).toBe(200);
    await disable();
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await row.getByText("Disabled").waitFor();
    expect((await ann.context.request.get("/me")).status()).toBe(401);
    ann.watch.expect(/^401 /);
    await ann.page.goto("/activity");
    await ann.page.waitForURL(/\/sign-in/);
    await page.setViewportSize({ width: 360, height: 780 });
    const tabs = page.getByRole("group", { name: administration.tabs.label });
    expect(await tabs.evaluate<number, Tabs>((all) => all.scrollWidth - all.clientWidth)).toBe(0);
    await page.getByRole("radio", { name: "Log" }).check();
    await page.getByRole("list", { name: "Log" }).getByText(`${EMAIL} disabled Ann`).waitFor();
  });

  it("a visitor's open password page shows without a reload that the link has ended", async () => {
    const cleo = await web.person("Cleo");
    const note = await seedNote(cleo.client, { title: "Plan", files: [text("plan.txt", "plan")] });
    const link = await makeLink(cleo, note.id, { password: "open sesame" });
    const { page, watch } = await web.person("Vera", { hasAccount: false });
    watch.expect(/^404 GET .*\/public\/links\//);
    await page.clock.install();
    await page.goto(link.url);
    await page.getByRole("textbox", { name: linkTexts.locked.label }).waitFor();
    const root = await openRoot(web);
    const headers = { origin: web.service.url };
    const disabled = await root.context.request.patch(`/admin/people/${cleo.id}`, {
      headers,
      data: { isDisabled: true },
    });
    expect(disabled.status()).toBe(200);
    await page.clock.fastForward("01:01");
    await page.getByRole("heading", { name: linkTexts.ended.title }).waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
  });

  it("the list of people is a table on a wide screen, and a list of cards on a phone", async () => {
    const { page } = await openRoot(web);
    await page.goto("/admin");
    const row = page.getByRole("list", { name: "People" }).getByRole("listitem").first();
    await row.waitFor();
    const lines = () =>
      row.evaluate(
        (item) => item.ownerDocument.defaultView?.getComputedStyle(item).gridTemplateColumns.split(" ").length,
      );
    expect(await lines()).toBe(6);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await lines()).toBe(2);
    for (const tab of ["people", "links", "policy", "mail", "webhooks", "log"]) {
      await page.goto(`/admin?tab=${tab}`);
      await page.getByRole("radio").first().waitFor();
      const overflow = () => page.evaluate("document.querySelector('main').scrollWidth - innerWidth");
      await expect.poll(overflow, { message: tab }).toBeLessThanOrEqual(0);
    }
  });

  it("the form for a person's storage limit keeps the typed value after Escape", async () => {
    const { page } = await openRoot(web);
    await page.goto("/admin");
    const open = async () => {
      await page
        .getByRole("button", { name: /^Actions for/ })
        .first()
        .click();
      await page.getByRole("menuitem", { name: "Limit storage…" }).click();
    };
    await open();
    await page.getByLabel("GB at most").fill("7");
    await page.keyboard.press("Escape");
    await open();
    expect(await page.getByLabel("GB at most").inputValue()).toBe("7");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/ of 7 GB/).waitFor();
  });

  it("requirement 60: administrators invite a person to a closed service", async () => {
    const { page } = await openRoot(web);
    await page.goto("/admin?tab=policy");
    await page.getByLabel("Who may create an account").selectOption("Nobody");
    await page.getByRole("button", { name: policyTexts.reset("Everybody") }).waitFor();
    await page.goto("/admin");
    await page.getByRole("button", { name: "Invite a person" }).click();
    await page.getByLabel("Email address").fill("noah@example.com");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByText("noah@example.com is invited.").waitFor();
    const { items } = await (await page.context().request.get("/admin/invitations")).json();
    const noah = await openPerson(web.browser, { service: web.service, name: "Noah", hasAccount: false });
    onTestFinished(noah.close);
    await noah.page.goto(new URL(items[0].url).pathname + new URL(items[0].url).hash);
    await noah.page.getByText("The invitation is for this email address.").waitFor();
    expect(await noah.page.getByLabel("Email", { exact: true }).inputValue()).toBe("noah@example.com");
    await noah.page.getByLabel("Your name").fill("Noah");
    await noah.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await noah.page.getByRole("button", { name: "Create account" }).click();
    await noah.page.waitForURL(/\/$/);
    expect(await (await noah.context.request.get("/me")).json()).toMatchObject({ email: "noah@example.com" });
    await page.goto("/admin?tab=policy");
    const reset = page.getByRole("button", { name: policyTexts.reset("Everybody") });
    await reset.click();
    await reset.waitFor({ state: "detached" });
  });
});
