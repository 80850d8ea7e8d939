import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startOidcProvider } from "../../../packages/server/src/testing/auth/oidc-provider.ts";
import { launchChromium } from "../testing/chromium.ts";
import { freePort } from "../testing/free-port.ts";
import { openPerson } from "./testing/person.ts";
import { type StartedWebService, startWebService } from "./testing/service.ts";

describe("an identity provider on another site, in a browser", () => {
  let browser: Browser;
  let service: StartedWebService;
  let provider: Awaited<ReturnType<typeof startOidcProvider>>;
  beforeAll(async () => {
    const port = String(await freePort("127.0.0.1"));
    const redirectUri = `http://localhost:${port}/auth/callback/oidc`;
    provider = await startOidcProvider({ redirectUri, host: "127.0.0.1" });
    browser = await launchChromium();
    service = await startWebService({
      PORT: port,
      AUTH_OIDC_ISSUER: provider.issuer,
      AUTH_OIDC_CLIENT_ID: provider.config.clientId,
      AUTH_OIDC_CLIENT_SECRET: provider.config.clientSecret,
      AUTH_OIDC_NAME: "Example",
    });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await provider?.stop();
  });

  async function visitor(name: string) {
    const person = await openPerson(browser, { service, name, hasAccount: false });
    onTestFinished(person.close);
    return person;
  }

  it("a sign-in with an identity provider opens the requested page", async () => {
    const { page, client } = await visitor("Ann");
    provider.setPerson({ sub: "1", email: "ann@example.com", email_verified: true, name: "Ann" });
    await page.goto("/shared");
    await page.getByRole("button", { name: "Continue with Example" }).click();
    await page.waitForURL(`${service.url}/shared`);
    await page
      .getByRole("heading", { name: /shared/i })
      .first()
      .waitFor();
    expect(await client.me()).toMatchObject({ email: "ann@example.com", name: "Ann" });
  });

  it("the sign-in page shows why an identity provider refused a user", async () => {
    const { page } = await visitor("Ben");
    provider.setPerson({ sub: "2", email: "ben@example.com", email_verified: false, name: "Ben" });
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Continue with Example" }).click();
    await page.waitForURL(`${service.url}/sign-in?error=email_not_verified`);
    await page.getByText(/has not verified your email address/).waitFor();
  });
});
