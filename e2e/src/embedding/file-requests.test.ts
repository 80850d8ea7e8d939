import { randomBytes } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { type Application, startApplication } from "./start-application.ts";

const invoice = { resource: "invoice", itemId: "42" };

describe("the page of a file request of an embedding", () => {
  let browser: Browser;
  let application: Application;
  beforeAll(async () => {
    browser = await launchChromium();
    application = await startApplication({ may: () => true, mayRequest: () => true, hasLinks: true });
  });
  afterAll(async () => {
    await application?.close();
    await browser?.close();
  });

  /** Opens the page of a file request in a new browser. `problems`: errors of scripts and violations of the content security policy. */
  async function visit(url: string): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(`${error}`));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(url);
    return { page, problems };
  }

  it("a visitor sends and removes files on the page of an application's file request", async () => {
    const { files } = application;
    const { url } = await files.asApplication.createFileRequest(invoice, {
      ...{ password: "open sesame", askName: "required", message: "Please send <your> passport." },
    });
    const { page, problems } = await visit(url);
    await page.getByLabel("Password").fill("open sesame");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("Please send <your> passport.").waitFor();
    await page.getByLabel("Your name").fill("Maria");
    const file = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`the content of ${name}`) });
    await page.getByLabel("Files").setInputFiles([file("passport.txt"), file("wrong.txt")]);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("button", { name: "Remove: wrong.txt" }).click();
    await page.getByText("wrong.txt").waitFor({ state: "detached" });
    const { files: listed } = await files.asApplication.list(invoice);
    expect(listed).toMatchObject([{ filename: "passport.txt", state: "ready" }]);
    const issued = await files.asApplication.issueUrl(listed[0]?.id as string);
    expect(await (await fetch(issued.url)).text()).toBe("the content of passport.txt");
    expect(problems).toEqual([]);
  });

  it("each load of the page of an application's file request counts as one visit", async () => {
    const { files } = application;
    const item = { resource: "invoice", itemId: "loads" };
    const { url } = await files.asApplication.createFileRequest(item, { askName: "no" });
    const { page } = await visit(url);
    await page.getByLabel("Files").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("button", { name: "Remove: a.txt" }).waitFor();
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    await page.reload();
    await page.getByRole("button", { name: "Remove: a.txt" }).waitFor();
    expect(requested).toEqual([url]);
  });

  it("a visitor fills the slots of an application's file request", async () => {
    const { files } = application;
    const item = { resource: "invoice", itemId: "slots" };
    const { url } = await files.asApplication.createFileRequest(item, {
      ...{ review: true, askName: "no" },
      slots: [
        { id: "passport", name: 'Passport "A"', accept: ["text/plain"] },
        { id: "payslip", name: "Payslip", maxBytes: 5_000_000 },
      ],
    });
    const { page, problems } = await visit(url);
    const [passport, payslip] = [page.getByLabel('Passport "A"'), page.getByLabel("Payslip")];
    await page.getByText("1 file, up to 5 MB.").waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    expect(await passport.evaluate((input) => input.matches(":focus"))).toBe(true);
    await passport.setInputFiles({ name: "p.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText('Passport "A": p.txt').waitFor();
    await page.getByText("Received").waitFor();
    expect([await passport.isDisabled(), await payslip.isDisabled()]).toEqual([true, false]);
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "Receipt: p.txt" }).click();
    expect((await saved).suggestedFilename()).toMatch(/^Receipt.* p\.txt\.json$/);
    const other = await visit(url);
    await other.page.getByText("Received").waitFor();
    expect(await other.page.getByLabel('Passport "A"').isDisabled()).toBe(true);
    const [sent] = (await files.asApplication.listUnreviewed(item)).files;
    expect(sent).toMatchObject({ filename: "p.txt", visitor: { slotId: "passport" } });
    await files.asApplication.reviewFile(sent?.id as string, "reject");
    await page.goto(url);
    await page.getByText("The recipient did not accept this file.").waitFor();
    expect(await passport.isDisabled()).toBe(false);
    expect(problems).toEqual([]);
  });

  it("the page of an application's file request shows why it refuses a file", async () => {
    const { files } = application;
    const item = { resource: "invoice", itemId: "large" };
    const { url } = await files.asApplication.createFileRequest(item, { maxFiles: 1, askName: "no" });
    const { page } = await visit(url);
    await page.getByText(/^1 file, up to [\d.]+ [MG]B\.$/).waitFor();
    const bytes = randomBytes(1_000_000);
    const large = Buffer.concat(Array.from({ length: 70 }, () => bytes));
    const path = await application.write("large.bin", large);
    await page.getByLabel("Files").setInputFiles(path);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("button", { name: "Remove: large.bin" }).waitFor({ timeout: 60_000 });
    expect((await files.asApplication.list(item)).files).toMatchObject([{ sizeBytes: 70_000_000, state: "ready" }]);
    await page.getByLabel("Files").setInputFiles({ name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("b") });
    await page.getByRole("button", { name: "Send" }).click();
    const refusal = page.getByText("The request has all its files (at most 1).");
    await refusal.waitFor();
    expect(await refusal.getAttribute("class")).toBe("problem");
    await page.route("**/uploads", (route) => route.abort());
    await page.getByLabel("Files").setInputFiles({ name: "c.txt", mimeType: "text/plain", buffer: Buffer.from("c") });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("The file could not be sent.").waitFor();
  });
});
