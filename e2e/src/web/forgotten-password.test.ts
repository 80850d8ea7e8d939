import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSmtpServer } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { recovery } from "../../../packages/web/src/texts/en/recovery.ts";
import { makePlace, runCli, startProcess } from "../testing/service.ts";
import { openPerson, PASSWORD } from "./testing/person.ts";
import { startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const NEW_PASSWORD = "another horse battery staple";
const { forgot, reset, invalid, confirm } = recovery;
const visitor = { hasAccount: false, extraHTTPHeaders: { "x-forwarded-for": "10.3.0.1" } };
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();

async function choosePassword(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await heading(page, reset.title);
  // The page has removed the token from its URL and from the history of the browser.
  expect(page.url()).toMatch(/\/new-password$/);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: reset.action }).click();
  await page.getByText(reset.done).waitFor();
  await heading(page, "Notes");
}

describe("a forgotten password", () => {
  const web = startWeb();
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  beforeAll(async () => {
    smtp = await startSmtpServer();
  });
  afterAll(() => smtp.stop());

  /** Waits until the service has sent `count` mails. Returns the URL with this path in a mail to this email address. */
  async function linkTo(email: string, { count, path }: { count: number; path: string }): Promise<string> {
    await smtp.received(count);
    const texts = smtp.mails.filter(({ recipients }) => recipients.includes(email)).map(({ parsed }) => parsed.text);
    const urls = texts.flatMap((text) => /^https?:\S+$/m.exec(text ?? "")?.[0] ?? []);
    return urls.find((url) => new URL(url).pathname === path) ?? "";
  }

  it("requirement 42: a person sets a new password with the link in a mail", async () => {
    const service = await startWebService({
      SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      MAIL_FROM: "Example Files <files@example.com>",
    });
    onTestFinished(service.stop);
    const ann = await openPerson(web.browser, { service, name: "Ann" });
    onTestFinished(ann.close);
    await ann.page.goto("/settings");
    await ann.page.getByText("Not confirmed:").waitFor();
    const forgetful = await openPerson(web.browser, { ...visitor, service, name: "Ann at home" });
    onTestFinished(forgetful.close);
    const { page, watch } = forgetful;
    // The owner of the new account opens the link in the confirmation mail, and must first sign in.
    const confirmation = await linkTo(ann.email, { count: 1, path: "/confirm-email" });
    await page.goto(confirmation);
    await page.getByRole("link", { name: confirm.signIn }).click();
    await page.getByLabel("Email").waitFor();
    // Reloads the page, as a sign-in with an identity provider does. The confirmation must continue after the sign-in.
    await page.reload();
    await page.getByLabel("Email").fill(ann.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await heading(page, confirm.doneTitle);
    expect((await ann.client.me()).emailProven).toBe(true);
    expect(await page.evaluate<string>("JSON.stringify({ ...sessionStorage })")).not.toContain(
      new URL(confirmation).hash.slice(1),
    );

    await forgetful.context.clearCookies();
    await page.goto("/sign-in");
    await page.getByRole("link", { name: forgot.title }).click();
    await heading(page, forgot.title);
    await page.getByLabel("Email").fill(ann.email);
    await page.getByRole("button", { name: forgot.action }).click();
    await page.getByText(forgot.sent(ann.email)).waitFor();
    // Waits for three mails, because the sign-in has also caused a mail.
    const url = await linkTo(ann.email, { count: 3, path: "/new-password" });
    await choosePassword(page, url);
    expect((await forgetful.client.me()).email).toBe(ann.email);
    const sent = [...watch.requests.values()].flat().map((request) => request.url.split("#", 1)[0]);
    expect(sent.filter((each) => each?.includes(new URL(url).hash.slice(1)))).toEqual([]);

    watch.expect(/^410 POST .*check-password-reset/);
    await page.goto(url);
    await heading(page, invalid.title);
  });

  it("requirement 42: a person sets a new password with a link from the operator", async () => {
    const place = await makePlace();
    const running = await startProcess(place);
    onTestFinished(async () => {
      await running.stop();
      await place.remove();
    });
    const service = { url: running.url, bucketOrigin: "", policy: "" };
    const { email, close } = await openPerson(web.browser, { service, name: "Ben" });
    await close();
    const ben = await openPerson(web.browser, { service, name: "Ben at home", hasAccount: false });
    onTestFinished(ben.close);
    await ben.page.goto("/forgot-password");
    await ben.page.getByText(forgot.noMail).waitFor();
    await ben.page.getByText(forgot.askOperator).waitFor();
    await ben.page.getByText(forgot.forOperator).click();
    await ben.page.getByText(forgot.command(forgot.exampleEmail)).waitFor();
    const { stdout } = await runCli({ ...place, env: { ...place.env, PUBLIC_URL: running.url } }, [
      "user",
      "reset",
      email,
    ]);
    const [, url = ""] = /works once, within 24 hours:\n(\S+)\n/.exec(stdout) ?? [];
    await choosePassword(ben.page, url);
    await ben.page.goto("/sign-in");
    await heading(ben.page, "Notes");
  });

  it("the page for a forgotten password reports a service that does not respond", async () => {
    const { page, watch, close } = await openPerson(web.browser, { ...visitor, service: web.service, name: "Carl" });
    onTestFinished(close);
    watch.expect(/^(?:503|Failed to load resource)/);
    await page.route("**/instance", (route) => route.fulfill({ status: 503, json: { code: "internal" } }));
    await page.goto("/forgot-password");
    await page.getByRole("alert").waitFor();
    await page.unroute("**/instance");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(forgot.noMail).waitFor();
  });
});
