import jsQR from "jsqr";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFindings } from "./testing/axe.ts";
import { text } from "./testing/files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** Opens the ticket of the only file of a new note. */
async function openTicket({ page, client }: Person): Promise<Locator> {
  const note = await seedNote(client, { title: "Terms", files: [text("terms.txt", "as agreed")] });
  await page.goto(`/n/${note.id}`);
  await page.getByRole("button", { name: "Copy link" }).click();
  return page.getByRole("dialog", { name: "Temporary link" });
}

const readClipboard = (page: Page): Promise<string> => page.evaluate("navigator.clipboard.readText()");

/** The text of the QR code on the screen. */
async function decode(page: Page, code: Locator): Promise<string | undefined> {
  const picture = (await code.screenshot({ animations: "disabled" })).toString("base64");
  // Uses a page without a policy, because the policy of the app forbids data URLs.
  const blank = await page.context().newPage();
  const { pixels, width, height } = await blank.evaluate<{ pixels: string; width: number; height: number }>(`
    createImageBitmap(new Blob([Uint8Array.fromBase64("${picture}")])).then((bitmap) => {
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, pixels: new Uint8Array(data.buffer).toBase64() };
    })`);
  await blank.close();
  return jsQR.default(new Uint8ClampedArray(Buffer.from(pixels, "base64")), width, height)?.data;
}

describe("a temporary link", () => {
  const web = startWeb({ env: { URL_TTL_MAX: "3600" } });

  it("is made with one click and downloads for anyone", async () => {
    const ann = await web.person("Ann", { permissions: ["clipboard-read", "clipboard-write"] });
    const ticket = await openTicket(ann);
    await ticket
      .getByText("Anyone with the link can download the file until it expires. It can’t be revoked.")
      .waitFor();
    const spans = ticket.getByRole("group", { name: "Works for" });
    expect(await spans.locator("label").allTextContents()).toEqual(["60 s", "10 min", "1 h"]);
    expect(await spans.getByLabel("60 s").isChecked()).toBe(true);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByRole("status").filter({ hasText: "The link is copied. It works for 60 seconds." }).waitFor();
    await ticket
      .getByRole("timer")
      .filter({ hasText: /^Expires in \d+ s$/ })
      .waitFor();
    const link = await ticket.getByLabel("Link", { exact: true }).inputValue();
    expect(await readClipboard(ann.page)).toBe(link);
    expect(new URL(link).searchParams.get("X-Amz-Expires")).toBe("60");
    expect(await decode(ann.page, ticket.getByRole("img", { name: "QR code of the link to terms.txt" }))).toBe(link);
    const answer = await fetch(link);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment/);
    expect(await answer.text()).toBe("as agreed");
    // The second click copies the same link without a request.
    await ann.page.evaluate("navigator.clipboard.writeText('something else')");
    await ticket.getByRole("button", { name: "Copy again" }).click();
    await ticket
      .getByRole("status")
      .filter({ hasText: /^Copied$/ })
      .waitFor();
    await expect.poll(() => readClipboard(ann.page)).toBe(link);
    const asked = ann.watch.requests.get(web.service.url)?.filter(({ url }) => url.includes("/url?"));
    expect(asked).toHaveLength(1);
  });

  it("expires as chosen, whatever the clock of the machine says", async () => {
    const ben = await web.person("Ben", { permissions: ["clipboard-read", "clipboard-write"] });
    await ben.page.addInitScript("const { now } = Date; Date.now = () => now() - 7_200_000");
    const ticket = await openTicket(ben);
    const copy = ticket.locator("button:focus", { hasText: "Copy link" });
    await copy.waitFor();
    await ben.page.keyboard.press("Shift+Tab");
    await ben.page.keyboard.press("ArrowRight");
    await ben.page.keyboard.press("Tab");
    await copy.waitFor();
    await ben.page.keyboard.press("Enter");
    await ticket.getByRole("timer").filter({ hasText: "Expires in 10 min" }).waitFor();
    await ticket.locator("button:focus", { hasText: "Copy again" }).waitFor();
    await expect.poll(() => readClipboard(ben.page)).toContain("X-Amz-Expires=600&");
    await ticket.getByRole("button", { name: "New link" }).click();
    await ticket.locator("button:focus", { hasText: "Copy link" }).waitFor();
    await ben.page.keyboard.press("Escape");
    await ticket.waitFor({ state: "detached" });
    await ben.page.locator("button[aria-label='Copy link']:focus").waitFor();
  });

  it("is copied without HTTPS, where pages have no clipboard", async () => {
    const cleo = await web.person("Cleo", { permissions: ["clipboard-read", "clipboard-write"] });
    const reader = await cleo.context.newPage();
    await reader.goto("/");
    await reader.evaluate("navigator.clipboard.writeText('something else')");
    await cleo.page.bringToFront();
    await cleo.page.addInitScript("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })");
    const ticket = await openTicket(cleo);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByRole("status").filter({ hasText: "The link is copied." }).waitFor();
    const link = await ticket.getByLabel("Link", { exact: true }).inputValue();
    await reader.bringToFront();
    expect(await readClipboard(reader)).toBe(link);
  });

  it("is selected when no page may copy", async () => {
    const dora = await web.person("Dora");
    await dora.page.addInitScript(`
      Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
      Document.prototype.execCommand = () => false;`);
    const ticket = await openTicket(dora);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByText("This browser cannot copy by itself").first().waitFor();
    const field = ticket.getByLabel("Link", { exact: true });
    await expect.poll(() => dora.page.evaluate("getSelection().toString()")).toBe(await field.inputValue());
  });

  it("shows why there is no link", async () => {
    const eva = await web.person("Eva");
    eva.watch.expect(/^503 GET .*\/url/);
    const ticket = await openTicket(eva);
    await eva.page.route(/\/url\?/, (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "database_unavailable", status: 503, message: "down" }),
      }),
    );
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByRole("alert").filter({ hasText: "can't reach its database" }).waitFor();
    await eva.page.unroute(/\/url\?/);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByRole("timer").waitFor();
    expect(await ticket.getByRole("alert").count()).toBe(0);
  });

  it.each(["light", "dark"] as const)("has no serious axe findings in the %s theme", async (colorScheme) => {
    const finn = await web.person(`Finn ${colorScheme}`, { colorScheme });
    const ticket = await openTicket(finn);
    await ticket.getByRole("button", { name: "Copy link" }).waitFor();
    expect(await seriousFindings(finn.page)).toEqual([]);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    await ticket.getByRole("img").waitFor();
    expect(await seriousFindings(finn.page)).toEqual([]);
  });
});

describe("the expiry of a temporary link", () => {
  const web = startWeb({ env: { URL_TTL_DEFAULT: "7", URL_TTL_MAX: "7" } });

  it.each(["light", "dark"] as const)("is shown and one click makes a new link (%s)", async (colorScheme) => {
    const ann = await web.person(`Ann ${colorScheme}`, { colorScheme });
    const ticket = await openTicket(ann);
    // The maximum is the only choice.
    await ticket.getByLabel("7 s").waitFor();
    expect(await ticket.getByRole("radio").count()).toBe(1);
    await ticket.getByRole("button", { name: "Copy link" }).click();
    const field = ticket.getByLabel("Link", { exact: true });
    const link = await field.inputValue();
    await ticket
      .getByRole("status")
      .filter({ hasText: "The link expires in 1 second." })
      .waitFor({ state: "attached" });
    await ticket.getByRole("status").filter({ hasText: "This link has expired." }).waitFor();
    expect(await ticket.getByRole("timer").count()).toBe(0);
    expect(await ticket.getByRole("img").count()).toBe(0);
    const answer = await fetch(link);
    expect(answer.status).toBe(403);
    expect(await seriousFindings(ann.page)).toEqual([]);
    await ticket.getByRole("button", { name: "Copy new link" }).click();
    await ticket.getByRole("timer").waitFor();
    expect(await field.inputValue()).not.toBe(link);
  });
});
