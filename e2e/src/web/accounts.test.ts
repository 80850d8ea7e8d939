import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CLIENT, startOidcProvider } from "../../../packages/server/src/testing/auth/oidc-provider.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import { deleteAccountTexts, secondFactorTexts } from "../../../packages/web/src/texts/en/settings.ts";
import { freePort } from "../testing/free-port.ts";
import { alterResponses } from "./scenes/scene.ts";
import { findingsInBothThemes } from "./testing/axe.ts";
import { openPerson, PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();

/** Returns the options of a visitor with another IP address, because the service limits the sign-ins from one IP address. */
const visitor = (address: string) => ({ hasAccount: false, extraHTTPHeaders: { "x-forwarded-for": address } });

async function signIn(page: Page, { email, password = PASSWORD }: { email: string; password?: string }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const focused = (page: Page) => page.evaluate("document.activeElement?.name") as Promise<string>;
const pathOf = ({ page }: Person) => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

describe("a service without accounts", () => {
  const web = startWeb({ env: {} });

  it("a service with closed sign-up shows how to create the first account", async () => {
    const { page } = await web.person("Ann", visitor("10.1.0.7"));
    await alterResponses(page, "**/instance", { signUp: "closed" });
    await page.goto("/");
    await page.getByText("npx valetkey user add").waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await page.getByRole("link", { name: "Create one" }).count()).toBe(0);
  });

  it("the page of a new service lets the first visitor create an account", async () => {
    const ann = await web.person("Ann", visitor("10.1.0.1"));
    const { page } = ann;
    await page.goto("/");
    await page.getByRole("heading", { name: "Welcome to Valet Key" }).waitFor();
    expect(await page.getByRole("link", { name: "Sign in" }).count()).toBe(0);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Enter the name that others should see.").waitFor();
    expect(await focused(page)).toBe("name");
    await page.getByLabel("Your name").fill("Ann");
    await page.getByLabel("Email").fill("ann@example.com");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.keyboard.press("Enter");
    await page.getByText(accountTexts.problems.passwordShort).waitFor();
    expect(await focused(page)).toBe("password");
    await page.getByRole("button", { name: "Show password" }).click();
    expect(await page.getByLabel("Password", { exact: true }).getAttribute("type")).toBe("text");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Notes" }).waitFor();
    expect(pathOf(ann)).toBe("/");
    // The service now has an account, so the next visitor first sees the sign-in page.
    const ben = await web.person("Ben", visitor("10.1.0.2"));
    await ben.page.goto("/");
    await ben.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await ben.page.getByRole("link", { name: "Create one" }).click();
    await ben.page.getByRole("heading", { name: "Create your account" }).waitFor();
    ben.watch.expect(/^409 POST .*sign-up/);
    await ben.page.getByLabel("Your name").fill("Ben");
    await ben.page.getByLabel("Email").fill("ann@example.com");
    await ben.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ben.page.keyboard.press("Enter");
    await ben.page.getByText("There is already an account with this email address.").waitFor();
    expect(await focused(ben.page)).toBe("email");
  });
});

describe("the sign-in page", () => {
  it("the sign-in page shows an error for a wrong email or password", async () => {
    const { email } = await web.person("Carl");
    const someone = await web.person("Someone", visitor("10.1.0.3"));
    const { page, watch } = someone;
    watch.expect(/^401 POST .*sign-in/);
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter your email address.").waitFor();
    expect(await focused(page)).toBe("email");
    await signIn(page, { email, password: "not the password" });
    await page.getByText("The email or the password is not right.").waitFor();
    expect(await focused(page)).toBe("password");
    await signIn(page, { email });
    await page.getByRole("heading", { name: "Notes" }).waitFor();
  });

  it("requirement 30: the sign-in page shows how long to wait after too many attempts", async () => {
    const eve = await web.person("Eve", visitor("10.1.0.4"));
    eve.watch.expect(/^4(01|29) POST .*sign-in/);
    await eve.page.goto("/sign-in");
    for (let time = 0; time < 11; time++) {
      const answer = eve.page.waitForResponse(/sign-in\/email/);
      await signIn(eve.page, { email: "nobody@example.com", password: `guess number ${time}` });
      await answer;
    }
    await eve.page.getByText(/^Too many tries. Try again in \d+\s(s|min)\.$/).waitFor();
  });

  it("a sign-in returns to the requested page and never to another site", async () => {
    const { email } = await web.person("Dora");
    const dora = await web.person("Dora at home", visitor("10.1.0.5"));
    await dora.page.goto("/activity");
    await signIn(dora.page, { email });
    await dora.page.getByRole("heading", { name: "Activity" }).waitFor();
    expect(pathOf(dora)).toBe("/activity");
    const foreign = `/sign-in?to=${encodeURIComponent("/.//evil.example")}`;
    await dora.context.clearCookies();
    await dora.page.goto(foreign);
    await signIn(dora.page, { email });
    await dora.page.getByRole("heading", { name: "Notes" }).waitFor();
    expect(pathOf(dora)).toBe("/");
    // The sign-in page redirects a signed-in user immediately, but never to another site.
    await dora.page.goto(foreign);
    await dora.page.getByRole("heading", { name: "Notes" }).waitFor();
    expect(dora.page.url()).toBe(`${web.service.url}/`);
    expect([...dora.watch.requests.keys()]).toEqual([web.service.url]);
  });

  it("a sign-out ends the session in all tabs of the browser", async () => {
    const finn = await web.person("Finn");
    const other = await finn.context.newPage();
    await other.goto("/settings/appearance");
    await other.getByRole("radio", { name: "Dark" }).check();
    await finn.page.goto("/");
    await finn.page.getByRole("heading", { name: "Notes" }).waitFor();
    await finn.page.evaluate(`new Promise((resolve) => {
      localStorage.setItem("valetkey:upload:1", "{}");
      const request = indexedDB.open("valetkey-kept");
      request.onupgradeneeded = () => request.result.createObjectStore("files").put("kept", 1);
      // Leaves the connection to the database open, as the app does while it uses the database.
      request.onsuccess = () => resolve();
    })`);
    await finn.page.getByRole("button", { name: /^Finn/ }).click();
    await finn.page.getByRole("menuitem", { name: "Sign out" }).click();
    for (const page of [finn.page, other]) await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await finn.page.evaluate("Object.keys(localStorage)")).toEqual(["valetkey.theme"]);
    const kept = await finn.page.evaluate(`new Promise((resolve) => {
      const request = indexedDB.open("valetkey-kept");
      request.onsuccess = () => {
        const files = request.result.transaction("files").objectStore("files").getAll();
        files.onsuccess = () => resolve(files.result);
      };
    })`);
    expect(kept).toEqual([]);
    const cookies = (await finn.context.cookies()).filter(({ value }) => value !== "");
    expect(cookies.map(({ name }) => name)).toEqual(["valetkey.browser"]);
  });

  it("the sign-in page after the end of a session has no serious axe findings", async () => {
    const { page } = await web.person("Gil", visitor("10.1.0.6"));
    await page.goto("/sign-in?error=session_ended");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter your email address.").waitFor();
    expect(await findingsInBothThemes(page)).toEqual([]);
  });
});

describe("a service with an identity provider", () => {
  let provider: Awaited<ReturnType<typeof startOidcProvider>>;
  let env: Record<string, string>;
  beforeAll(async () => {
    const port = await freePort("127.0.0.1");
    provider = await startOidcProvider({ redirectUri: `http://localhost:${port}/auth/callback/oidc` });
    env = {
      PORT: String(port),
      AUTH_OIDC_ISSUER: provider.issuer,
      AUTH_OIDC_NAME: "Example",
      AUTH_OIDC_CLIENT_ID: CLIENT.clientId,
      AUTH_OIDC_CLIENT_SECRET: CLIENT.clientSecret,
      AUTH_SIGN_UP: "closed",
    };
  });
  afterAll(() => provider.stop());
  it("a sign-in with an identity provider returns to the requested page", async () => {
    const service = await startWebService(env);
    onTestFinished(service.stop);
    const ann = await openPerson(web.browser, { service, name: "Ann", hasAccount: false });
    onTestFinished(ann.close);
    const { page } = ann;
    const proceed = () => page.getByRole("button", { name: "Continue with Example" }).click();
    provider.setRefusing(true);
    await page.goto("/activity");
    await proceed();
    await page.getByText("Example refused the sign-in, or it was cancelled.").waitFor();
    expect(pathOf(ann)).toBe("/sign-in?error=access_denied");
    provider.setRefusing(false);
    provider.setPerson({ sub: "ann-1", email: "ann@example.com", email_verified: true, name: "Ann" });
    await page.goto("/activity");
    await proceed();
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    expect(pathOf(ann)).toBe("/activity");
    expect(await ann.client.me()).toMatchObject({ name: "Ann", hasPassword: false });
    // The account has no password, so no page of the settings asks for a password.
    await page.goto("/settings");
    await page.getByText(accountTexts.account.noPassword).waitFor();
    await page.getByText(deleteAccountTexts.noPassword).waitFor();
    for (const name of [accountTexts.account.changePassword, deleteAccountTexts.open]) {
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    }
    await page.goto("/settings/security");
    await page.getByRole("heading", { name: accountTexts.sessions.title }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: secondFactorTexts.setUp }).count()).toBe(0);

    // Sign-up is closed, so an invited person can create an account only by a sign-in with the identity provider.
    const { id: noteId } = await seedNote(ann.client, { title: "Minutes" });
    const email = "ben@example.com";
    const { invitations } = await ann.client.shares.put({ noteId }, { emails: [email], role: "viewer" });
    const ben = await openPerson(web.browser, { service, name: "Ben", hasAccount: false });
    onTestFinished(ben.close);
    await ben.page.goto(invitations[0]?.url ?? "");
    await ben.page.getByText(accountTexts.closed.hintWithProvider("Example")).waitFor();
    provider.setPerson({ sub: "ben-2", email, email_verified: true, name: "Ben" });
    await ben.page.getByRole("button", { name: "Continue with Example" }).click();
    await ben.page.getByRole("button", { name: invitationTexts.page.open.note, exact: true }).click();
    await ben.page.getByRole("heading", { name: "Minutes" }).first().waitFor();
  });
});
