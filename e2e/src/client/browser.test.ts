import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { runCli } from "../testing/service.ts";
import { startSite } from "../uppy/site.ts";
import { LARGE_BYTES, LARGE_PARTS, sha256OfDownload, writeRandomFile } from "./testing/files.ts";
import type { upload } from "./testing/page.ts";
import { openWorld } from "./testing/world.ts";

const PASSWORD = "correct horse battery staple";
const html = '<!doctype html><title>Upload</title><input type="file"><script type="module" src="/upload.js"></script>';
declare const window: { upload: typeof upload };

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("./testing/page.ts", import.meta.url).pathname],
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

describe("the client in a page of Chromium", () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof startSite>>;
  let world: Awaited<ReturnType<typeof openWorld>>;
  beforeAll(async () => {
    const [launched, script] = await Promise.all([launchChromium(), bundlePage()]);
    browser = launched;
    site = await startSite({ html, script });
    world = await openWorld({ allowedOrigins: [site.origin], env: { PUBLIC_URL: site.origin } });
    site.passOnTo(world.url);
  });
  beforeEach(() => world.toBucket.reset());
  afterAll(async () => {
    await browser?.close();
    await world?.close();
    await site?.close();
  });

  async function openPage(): Promise<{ page: Page; origin: string; noteId: string }> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const noteId = (await world.client.notes.create({ title: "Files" })).id;
    return { page, origin: site.origin, noteId };
  }

  const outcomeOf = async (page: Page) => {
    await page.waitForFunction(() => window.upload.outcome !== undefined);
    return page.evaluate(() => window.upload);
  };
  const partsSent = () =>
    world.toBucket.seen.filter((line) => line.startsWith("PUT") && line.includes("partNumber=")).length;

  it("a client in a page continues a multipart upload after a reload of the page", async () => {
    const { page, origin, noteId } = await openPage();
    const { path, sha256 } = await writeRandomFile(world.folder, { sizeBytes: LARGE_BYTES });
    // The proxy holds the second half of the parts until the page reloads.
    const { promise: reloaded, resolve: reload } = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let parts = 0;
    world.toBucket.decide(({ method, url }) => {
      if (method !== "PUT" || !url?.includes("partNumber=")) return "pass";
      parts += 1;
      if (parts <= LARGE_PARTS / 2) return "pass";
      held.resolve();
      return { hold: () => reloaded };
    });
    await page.goto(`${origin}/upload.html#note=${noteId}&token=${world.token}`);
    await page.setInputFiles("input", path);
    await held.promise;
    await page.waitForFunction((bytes) => window.upload.sentBytes >= bytes, 4 * 8 * 2 ** 20);
    await page.reload();
    world.toBucket.decide(() => "pass");
    reload();
    const sentBefore = partsSent();
    await page.setInputFiles("input", path);
    const { outcome = "", firstSentBytes = 0, states } = await outcomeOf(page);
    expect(await sha256OfDownload(world.client, outcome)).toBe(sha256);
    expect(firstSentBytes).toBeGreaterThanOrEqual(8 * 2 ** 20);
    expect(partsSent() - sentBefore).toBeLessThan(LARGE_PARTS);
    expect(states).toEqual(["starting", "sending", "completing", "ready"]);
    expect((await world.client.notes.get(noteId)).attachments).toHaveLength(1);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });

  it("a client in a page uploads a small file with the session cookie and a SHA-256", async () => {
    const { page, origin } = await openPage();
    await runCli(world.place, ["user", "add", "--email", "cleo@example.com", "--password", PASSWORD]);
    await page.goto(`${origin}/upload.html`);
    const noteId = await page.evaluate(
      async ({ email, password }) => {
        const headers = { "content-type": "application/json" };
        const post = (path: string, body: object) =>
          fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
        await post("/auth/sign-in/email", { email, password });
        return ((await (await post("/notes", { title: "Cleo's" })).json()) as { id: string }).id;
      },
      { email: "cleo@example.com", password: PASSWORD },
    );
    await page.goto(`${origin}/upload.html#note=${noteId}`);
    await page.reload();
    await page.setInputFiles("input", {
      name: "a.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(100_000, 7),
    });
    const { outcome, states } = await outcomeOf(page);
    expect(outcome).toMatch(/^[0-9a-f-]{36}$/);
    expect(states).toEqual(["hashing", "starting", "sending", "completing", "ready"]);
    const attachment = await page.evaluate(async (id) => (await fetch(`/attachments/${id}`)).json(), outcome);
    expect(attachment).toMatchObject({ checksum: { algorithm: "SHA256" } });
  });

  it("an upload in a page works in a browser that adds Cache-Control to requests", async () => {
    const { page, origin, noteId } = await openPage();
    const sent: (string | undefined)[] = [];
    world.toBucket.decide(({ method, headers }) => {
      if (method === "PUT") sent.push(headers["cache-control"]);
      return "pass";
    });
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await page.goto(`${origin}/upload.html#note=${noteId}&token=${world.token}`);
    await page.setInputFiles("input", { name: "a.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(9) });
    expect((await outcomeOf(page)).outcome).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent).toEqual(["no-cache"]);
  });

  it("an upload in a page waits while the browser is offline", async () => {
    const { page, origin, noteId } = await openPage();
    const { path, sha256 } = await writeRandomFile(world.folder, { sizeBytes: LARGE_BYTES });
    const context = page.context();
    const { promise: offline, resolve: goneOffline } = Promise.withResolvers<void>();
    let parts = 0;
    world.toBucket.decide(({ method, url }) => {
      if (method !== "PUT" || !url?.includes("partNumber=") || ++parts !== 5) return "pass";
      return { hold: () => context.setOffline(true).then(goneOffline) };
    });
    await page.goto(`${origin}/upload.html#note=${noteId}&token=${world.token}`);
    await page.setInputFiles("input", path);
    await offline;
    await page.waitForFunction(() => window.upload.states.at(-1) === "waiting");
    await context.setOffline(false);
    const { outcome = "" } = await outcomeOf(page);
    expect(await sha256OfDownload(world.client, outcome)).toBe(sha256);
  });
});
