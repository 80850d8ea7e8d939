import { describe, expect, it, onTestFinished } from "vitest";
import { alterResponses } from "./scenes/scene.ts";
import { findingsInBothThemes } from "./testing/axe.ts";
import { randomFile } from "./testing/files.ts";
import { openPerson, PASSWORD, type Person } from "./testing/person.ts";
import { seedFile, seedNote } from "./testing/seed.ts";
import { startWeb, type Web } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

const PHONE_AGENT =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** Opens a second browser with another IP address, and signs the same user in. */
async function otherBrowser(
  web: Web,
  { name, email }: Person,
  { address, userAgent = PHONE_AGENT }: { address: string; userAgent?: string },
): Promise<Person> {
  const options = { hasAccount: false, userAgent };
  const other = await openPerson(web.browser, { ...options, service: web.service, name: `${name} elsewhere` });
  onTestFinished(other.close);
  const headers = { origin: web.service.url, "x-forwarded-for": address };
  const answer = await other.context.request.post("/auth/sign-in/email", {
    headers,
    data: { email, password: PASSWORD },
  });
  expect(answer.ok()).toBe(true);
  return other;
}

const section = ({ page }: Person, name: string) => page.getByRole("region", { name, exact: true });

describe("the settings", () => {
  const web = startWeb();

  it("on a phone, the settings are a list of pages with back buttons", async () => {
    const lou = await web.person("Lou");
    const { page } = lou;
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/settings");
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(false);
    await page.getByRole("link", { name: /^Security/ }).click();
    await page.getByRole("heading", { name: "Security", level: 1 }).waitFor();
    expect(await page.title()).toBe("Security · Valet Key");
    await page.getByRole("main").getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: /^Storage/ }).click();
    await page.getByText("0 bytes used").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  });

  it("the command field finds a page of the settings", async () => {
    const mo = await web.person("Mo");
    await mo.page.goto("/");
    await mo.page.getByRole("heading", { name: "Notes" }).waitFor();
    await mo.page.keyboard.press("Control+k");
    await mo.page.getByRole("combobox").fill("storage");
    await mo.page.getByRole("option", { name: "Storage in the settings" }).waitFor();
    await mo.page.keyboard.press("Enter");
    await mo.page.waitForURL(/\/settings\/storage$/);
  });

  it("the frame of the settings page does not scroll with its content", async () => {
    const fay = await web.person("Fay");
    await fay.page.goto("/settings/account");
    await fay.page.setViewportSize({ width: 1280, height: 400 });
    await section(fay, "Account").waitFor();
    const hidden = (part: string) =>
      fay.page.locator(part).evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    expect(await hidden("main")).toBeGreaterThan(0);
    expect(await hidden("html")).toBe(0);
  });

  it("a new name in the settings appears immediately", async () => {
    const ann = await web.person("Ann");
    await ann.page.goto("/settings");
    const account = section(ann, "Account");
    await account.getByLabel("Your name").fill("  ");
    await account.getByRole("button", { name: "Save name" }).click();
    await account.getByText("Enter the name that others should see.").waitFor();
    await account.getByLabel("Your name").fill("Ann Lee");
    await ann.page.keyboard.press("Enter");
    await ann.page.getByRole("button", { name: /^Ann Lee/ }).waitFor();
    expect((await ann.client.me()).name).toBe("Ann Lee");
  });

  it("a new password in the settings ends the other sessions", async () => {
    const ben = await web.person("Ben");
    const elsewhere = await otherBrowser(web, ben, { address: "10.2.0.1" });
    // Waits until the list has loaded, because the service refuses this request after the change of the password.
    const listed = elsewhere.page.waitForResponse(/\/notes\?scope=owned/);
    await elsewhere.page.goto("/");
    await listed;
    ben.watch.expect(/^403 POST .*change-password/);
    await ben.page.goto("/settings");
    const account = section(ben, "Account");
    await account.getByRole("button", { name: "Change password" }).click();
    await account.getByLabel("Current password").fill("something else");
    await account.getByLabel("New password").fill("a much better password");
    await ben.page.keyboard.press("Enter");
    await account.getByText("This is not your current password.").waitFor();
    await account.getByLabel("Current password").fill(PASSWORD);
    await ben.page.keyboard.press("Enter");
    await ben.page.getByText("Your password is changed, and all other browsers are signed out.").first().waitFor();
    await elsewhere.page.reload();
    await elsewhere.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await ben.page.getByRole("link", { name: "Security" }).click();
    await section(ben, "Where you are signed in").getByText("This browser").waitFor();
    expect(await section(ben, "Where you are signed in").getByRole("listitem").count()).toBe(1);
    elsewhere.watch.expect(/^401 POST .*sign-in/);
    for (const [password, then] of [
      [PASSWORD, "The email or the password is not right."],
      ["a much better password", "Notes"],
    ] as const) {
      await elsewhere.page.getByLabel("Email").fill(ben.email);
      await elsewhere.page.getByLabel("Password", { exact: true }).fill(password);
      await elsewhere.page.keyboard.press("Enter");
      await elsewhere.page.getByText(then, { exact: true }).first().waitFor();
    }
  });

  it("a new password in the settings can revoke all API tokens", async () => {
    const tess = await web.person("Tess");
    await tess.client.tokens.create({ label: "Nightly backup" });
    await tess.page.goto("/settings/tokens");
    await tess.page.getByText("Nightly backup").waitFor();
    await tess.page.getByRole("link", { name: "Account", exact: true }).click();
    const account = section(tess, "Account");
    await account.getByRole("button", { name: "Change password" }).click();
    await account.getByLabel("Current password").fill(PASSWORD);
    await account.getByLabel("New password").fill("a much better password");
    const checkbox = account.getByRole("checkbox", { name: /^Also cut off devices/ });
    expect(await checkbox.isChecked()).toBe(false);
    await checkbox.check();
    await account.getByRole("button", { name: "Change password" }).click();
    await tess.page.getByText("All API tokens, passkeys and webhooks are revoked.").first().waitFor();
    await tess.page.getByRole("link", { name: "API tokens" }).click();
    await tess.page.getByText("No tokens yet.").waitFor();
  });

  it("the settings can end one session, or all other sessions after a confirmation", async () => {
    const carl = await web.person("Carl");
    const elsewhere = await otherBrowser(web, carl, { address: "10.2.0.2" });
    const others = [
      await otherBrowser(web, carl, { address: "10.2.0.3", userAgent: "curl" }),
      await otherBrowser(web, carl, { address: "10.2.0.4", userAgent: "curl" }),
    ];
    await elsewhere.page.goto("/settings/security");
    await section(elsewhere, "Where you are signed in").getByText("This browser").waitFor();
    await carl.page.goto("/settings/security");
    const sessions = section(carl, "Where you are signed in");
    await sessions.getByRole("listitem").nth(3).waitFor();
    const [own = "", ...rest] = await sessions.getByRole("listitem").allInnerTexts();
    expect(own).toContain("This browser");
    expect(rest.filter((text) => text.includes("Safari on iOS"))).toHaveLength(1);
    elsewhere.watch.expect(/^401 /);
    await sessions.getByRole("button", { name: "Sign out Safari on iOS" }).click();
    await carl.page.getByText("Safari on iOS is signed out.").first().waitFor();
    expect(await sessions.getByRole("listitem").count()).toBe(3);
    // The page notices the end of its session at its next request, or earlier from its event stream.
    const ended = elsewhere.page.getByText("Your session has ended.").waitFor();
    const next = elsewhere.page.getByRole("link", { name: "Notes", exact: true }).first().click();
    await Promise.race([ended, next.catch(() => undefined)]);
    await ended;
    await elsewhere.page.getByRole("heading", { name: "Sign in" }).waitFor();
    const ask = sessions.getByRole("button", { name: "Sign out all other browsers" });
    await ask.click();
    await carl.page.keyboard.press("Escape");
    expect(await sessions.getByRole("listitem").count()).toBe(3);
    await ask.click();
    await ask.click();
    await carl.page.getByText("All other browsers are signed out.").first().waitFor();
    expect(await sessions.getByRole("listitem").count()).toBe(1);
    for (const { context } of others) {
      expect(await (await context.request.get("/auth/get-session")).json()).toBeNull();
    }
  });

  it("the settings create an API token that works until it is revoked", async () => {
    const eve = await web.person("Eve");
    await eve.page.goto("/settings/tokens");
    const tokens = section(eve, "API tokens");
    await tokens.getByText("No tokens yet.").waitFor();
    await tokens.getByRole("button", { name: "Create token" }).click();
    await tokens.getByText("Write what the token is for").waitFor();
    await tokens.getByLabel("What is it for?").fill("Nightly backup");
    await tokens.getByRole("radio", { name: "In 30 days" }).check();
    await eve.page.getByRole("button", { name: "Create token" }).click();
    const token = await tokens.getByRole("textbox", { name: "Token" }).inputValue();
    const command = await tokens.getByRole("textbox", { name: "Try it in a terminal" }).inputValue();
    expect(command).toBe(`curl -H "Authorization: Bearer ${token}" ${web.service.url}/notes`);
    await tokens.getByText("Copy it now: it is not shown again.").waitFor();
    const call = () => fetch(`${web.service.url}/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await call()).json()).toMatchObject({ name: "Eve" });
    await eve.page.reload();
    await tokens.getByText("Nightly backup").waitFor();
    expect(await eve.page.content()).not.toContain(token);
    await tokens.getByText(/^Expires (in\s30\sdays|\w+\s\d+|\d+\s\w+).* · created .* · last used today$/).waitFor();
    await tokens.getByRole("button", { name: "Revoke Nightly backup" }).click();
    expect((await call()).status).toBe(200);
    await tokens.getByRole("button", { name: "Revoke", exact: true }).click();
    await tokens.getByText("No tokens yet.").waitFor();
    expect((await call()).status).toBe(401);
  });

  it("the chosen theme applies before the app loads", async () => {
    const finn = await web.person("Finn");
    const theme = () => finn.page.evaluate("document.documentElement.dataset.theme ?? 'system'");
    const ground = () => finn.page.evaluate("getComputedStyle(document.body).backgroundColor");
    await finn.page.goto("/settings/appearance");
    const light = await ground();
    await finn.page.getByRole("radio", { name: "Dark" }).check();
    expect(await theme()).toBe("dark");
    const dark = await ground();
    expect(dark).not.toBe(light);
    // Holds the code of the app, so that only the styles and the early script, which sets the theme, have loaded.
    const held = await holdRequests(finn.page, /\/assets\/.*\.js$/);
    await finn.page.goto("/settings/appearance", { waitUntil: "commit" });
    await expect.poll(ground).toBe(dark);
    expect(await theme()).toBe("dark");
    expect(await finn.page.locator("#root").getByRole("heading").count()).toBe(0);
    held.release();
    await finn.page.getByRole("radio", { name: "System" }).check();
    expect(await theme()).toBe("system");
    expect(await ground()).toBe(light);
    await finn.page.reload();
    expect(await theme()).toBe("system");
  });

  it("a person can reload the settings after an error", async () => {
    const ida = await web.person("Ida");
    ida.watch.expect(/^503 /);
    let isDown = true;
    const clicked = Promise.withResolvers<void>();
    await ida.page.route(/^[^/]+\/\/[^/]+\/(usage|tokens|auth\/list-sessions)$/, async (route) => {
      if (isDown) {
        return route.fulfill({ status: 503, json: { code: "database_unavailable", message: "", status: 503 } });
      }
      // The page also repeats failed requests itself. A repeated request must not succeed before the click.
      await clicked.promise;
      await route.continue();
    });
    await ida.page.goto("/settings/tokens");
    await ida.page.getByText("Your tokens could not be loaded").waitFor();
    await ida.page.goto("/settings/security");
    await ida.page.getByText("Your sessions could not be loaded").waitFor();
    await ida.page.goto("/settings/storage");
    await section(ida, "Storage").getByRole("button", { name: "Try again" }).waitFor();
    isDown = false;
    await section(ida, "Storage").getByRole("button", { name: "Try again" }).click();
    clicked.resolve();
    // The service has no quota, so the page shows no meter.
    await section(ida, "Storage").getByText("0 bytes used").waitFor();
    expect(await section(ida, "Storage").getByRole("meter").count()).toBe(0);
  });

  // axe.test.ts checks all other pages of the settings.
  it("the confirmations in the settings have no serious axe findings in either theme", async () => {
    const hal = await web.person("Hal");
    await otherBrowser(web, hal, { address: "10.2.1.4" });
    await hal.client.tokens.create({ label: "Nightly backup" });
    await hal.page.goto("/settings/security");
    await hal.page.getByRole("button", { name: "Sign out all other browsers" }).click();
    expect(await findingsInBothThemes(hal.page)).toEqual([]);
    await hal.page.goto("/settings/tokens");
    await hal.page.getByLabel("What is it for?").fill("Another");
    await hal.page.getByRole("button", { name: "Create token" }).click();
    await hal.page.getByText("Copy it now").waitFor();
    await hal.page.getByRole("button", { name: "Revoke Nightly backup" }).click();
    expect(await findingsInBothThemes(hal.page)).toEqual([]);
  });

  it("the settings show a warning when the storage is nearly full", async () => {
    const ann = await web.person("Ann");
    const storage = section(ann, "Storage");
    await alterResponses(ann.page, "**/usage", { quotaBytes: 100_000 });
    const { id: noteId } = await seedNote(ann.client, {
      title: "Files",
      files: [randomFile("a.bin", { sizeBytes: 50_000 })],
    });
    await ann.page.goto("/settings/storage");
    await storage.getByText("50 kB of 100 kB used").waitFor();
    await storage.getByText("1 file").waitFor();
    expect(await storage.getByRole("meter").evaluate((meter) => (meter as unknown as { value: number }).value)).toBe(
      0.5,
    );
    expect(await storage.getByText(/^Nearly full/).count()).toBe(0);
    await seedFile(ann.client, { noteId, file: randomFile("b.bin", { sizeBytes: 45_000 }) });
    await ann.page.reload();
    await storage.getByText("95 kB of 100 kB used").waitFor();
    await storage.getByText("2 files").waitFor();
    await storage.getByText(/^Nearly full/).waitFor();
    await storage.getByRole("link", { name: "Deleted notes and files" }).waitFor();
  });
});
