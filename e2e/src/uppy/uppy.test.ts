import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Api, apiAs } from "../testing/api.ts";
import { launchChromium } from "../testing/chromium.ts";
import { freePort } from "../testing/free-port.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "../testing/service.ts";
import { bundlePage, startSite } from "./site.ts";

const MIB = 2 ** 20;
const PASSWORD = "correct horse battery staple";
const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(20_000)]);
const LARGE = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(30 * MIB)]);
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), randomBytes(100)]);

/** The methods of Uppy that the tests call in the page. */
type InPage = {
  getFiles(): { id: string; name: string; isPaused?: boolean; s3Multipart?: object }[];
  pauseAll(): void;
  resumeAll(): void;
  setFileState(id: string, state: object): void;
  cancelAll(): void;
  retryAll(): Promise<unknown>;
  on(event: string, then: (...given: unknown[]) => void): void;
};
type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
declare const window: { uppy: InPage };

// The tests in packages/server/src/features/uploads/s3 test the routes for Uppy on SQLite and PostgreSQL.
describe("the page of docs/uppy.md in Chromium", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let site: Awaited<ReturnType<typeof startSite>>;
  let place: Place;
  let service: RunningService;
  let folder: string;
  let ann: Api;
  let noteId: string;
  const cookies = new Map<string, Cookies>();

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), bundlePage().then(startSite)]);
    const port = await freePort("127.0.0.1");
    place = await makePlace({ PORT: String(port), PUBLIC_URL: site.origin });
    service = await startProcess(place);
    site.passOnTo(`http://127.0.0.1:${port}`);
    folder = await mkdtemp(join(tmpdir(), "valetkey-uppy-"));
    for (const name of ["ann", "eve"]) {
      await runCli(place, ["user", "add", "--email", `${name}@example.com`, "--password", PASSWORD]);
      cookies.set(name, await signIn(name));
    }
    const { stdout } = await runCli(place, ["token", "create", "--email", "ann@example.com"]);
    ann = await apiAs(site.origin, { token: stdout.trim() });
    site.signEveryoneIn(stdout.trim());
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
    await site.close();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    noteId = (await ann.call("POST", "/notes", { title: "From Uppy" })).body.id;
    context = await browser.newContext();
    await becomes("ann");
    page = await openPage();
    site.requests.length = 0;
  });

  afterEach(() => context.close());

  async function signIn(name: string): Promise<Cookies> {
    const signedIn = await browser.newContext();
    const answer = await signedIn.request.post(`${site.origin}/auth/sign-in/email`, {
      headers: { origin: site.origin },
      data: { email: `${name}@example.com`, password: PASSWORD },
    });
    expect(answer.status()).toBe(200);
    const found = await signedIn.cookies();
    await signedIn.close();
    return found;
  }

  async function becomes(name: string): Promise<void> {
    await context.clearCookies();
    await context.addCookies(cookies.get(name) ?? []);
  }

  async function openPage(): Promise<Page> {
    const opened = await context.newPage();
    await opened.goto(`${site.origin}/upload.html?note=${noteId}`);
    return opened;
  }

  async function choose(name: string, bytes: Buffer): Promise<void> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    await page.setInputFiles("input", path);
  }

  const said = (text: string) => page.getByText(text).waitFor();

  async function attachmentsOf(): Promise<Record<string, unknown>[]> {
    return (await ann.call("GET", `/notes/${noteId}`)).body.attachments;
  }

  async function download(id: unknown): Promise<Buffer> {
    const { fileUrl } = (await ann.call("GET", `/attachments/${id}/url`)).body;
    return Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
  }

  it("Uppy attaches a small file to a note, in a single part", async () => {
    await choose("report.pdf", PDF);
    await said("report.pdf was uploaded");
    const [attachment] = await attachmentsOf();
    expect(attachment).toMatchObject({ state: "ready", filename: "report.pdf", sizeBytes: PDF.length });
    expect((await download(attachment?.id)).equals(PDF)).toBe(true);
    expect(site.requests.filter(isPartSigning)).toHaveLength(1);
  });

  it("Uppy attaches twelve files that the user chooses together", async () => {
    const names = Array.from({ length: 12 }, (_, nth) => `report ${nth}.pdf`);
    const paths = names.map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, PDF);
    await page.setInputFiles("input", paths);
    for (const name of names) await said(`${name} was uploaded`);
    const attachments = await attachmentsOf();
    expect(attachments.map(({ filename }) => filename).sort()).toEqual([...names].sort());
    expect(new Set(attachments.map(({ state }) => state))).toEqual(new Set(["ready"]));
  });

  it("Uppy works without a cookie in an application that adds a bearer token", async () => {
    await context.clearCookies();
    await page.goto(`${site.origin}/app/upload.html?note=${noteId}`);
    await choose("film.pdf", LARGE);
    await said("film.pdf was uploaded");
    expect(await attachmentsOf()).toEqual([expect.objectContaining({ filename: "film.pdf", state: "ready" })]);
  });

  it("Uppy reports success for a file of 30 MiB when the file is attached", async () => {
    await choose("film.pdf", LARGE);
    await said("film.pdf was uploaded");
    const [attachment] = await attachmentsOf();
    expect(attachment).toMatchObject({ state: "ready", filename: "film.pdf", sizeBytes: LARGE.length });
    expect((await download(attachment?.id)).equals(LARGE)).toBe(true);
    expect(site.requests.filter(isPartSigning)).toHaveLength(7);
  });

  it("Uppy sends only the missing parts after a pause", async () => {
    await page.evaluate(() => {
      let parts = 0;
      window.uppy.on("s3-multipart:part-uploaded", () => {
        parts += 1;
        if (parts === 2) window.uppy.pauseAll();
      });
    });
    await choose("film.pdf", LARGE);
    await page.waitForFunction(() => window.uppy.getFiles()[0]?.isPaused === true);
    expect((await attachmentsOf()).map(({ state }) => state)).toEqual(["pending"]);
    await page.evaluate(() => window.uppy.resumeAll());
    await said("film.pdf was uploaded");
    expect((await download((await attachmentsOf())[0]?.id)).equals(LARGE)).toBe(true);
    expect(site.requests.filter((request) => /^GET \/s3\/multipart\/[^/]+$/.test(request))).toHaveLength(1);
    const signed = site.requests.filter((request) => /^GET \/s3\/multipart\/[^/]+\/[12]$/.test(request));
    expect(signed).toHaveLength(2);
  });

  it("Uppy sends only the missing parts after a reload of the page", async () => {
    await page.evaluate(() => window.uppy.on("s3-multipart:part-uploaded", () => window.uppy.pauseAll()));
    await choose("film.pdf", LARGE);
    await page.waitForFunction(() => window.uppy.getFiles()[0]?.isPaused === true);
    // After the reload, restores the state of the multipart upload, like the Uppy plugin Golden Retriever.
    const kept = await page.evaluate(() => window.uppy.getFiles()[0]?.s3Multipart);
    expect(kept).toEqual({ uploadId: expect.any(String), key: expect.any(String) });
    await page.reload();
    await page.evaluate((s3Multipart) => {
      window.uppy.on("file-added", (file) => window.uppy.setFileState((file as { id: string }).id, { s3Multipart }));
    }, kept);
    await choose("film.pdf", LARGE);
    await said("film.pdf was uploaded");
    const attachments = await attachmentsOf();
    expect(attachments).toHaveLength(1);
    expect((await download(attachments[0]?.id)).equals(LARGE)).toBe(true);
    expect(site.requests.filter((request) => request.endsWith("/1"))).toHaveLength(1);
  });

  it("Uppy aborts the upload in the service when the user cancels", async () => {
    await page.evaluate(() => window.uppy.on("s3-multipart:part-uploaded", () => window.uppy.cancelAll()));
    const aborted = page.waitForResponse((response) => response.request().method() === "DELETE");
    await choose("film.pdf", LARGE);
    expect((await aborted).status()).toBe(200);
    expect(await attachmentsOf()).toEqual([]);
    expect(site.requests.at(-1)).toMatch(/^DELETE/);
  });

  it("Uppy resumes an upload when the user retries after a broken connection", async () => {
    let broken = false;
    await page.route(/partNumber=3/, (route) => (broken ? route.continue() : route.abort("connectionreset")));
    await choose("film.pdf", LARGE);
    await said("film.pdf was not uploaded");
    broken = true;
    await page.evaluate(() => window.uppy.retryAll());
    await said("film.pdf was uploaded");
    expect((await download((await attachmentsOf())[0]?.id)).equals(LARGE)).toBe(true);
  });

  it("requirement 5: Uppy reports PNG bytes in a file named .pdf as an error", async () => {
    await choose("report.pdf", PNG);
    await said("report.pdf was not uploaded");
    expect((await attachmentsOf()).map(({ state }) => state)).toEqual(["rejected"]);
  });

  it("Uppy reports an error for an empty file", async () => {
    await choose("empty.txt", Buffer.alloc(0));
    await said("empty.txt was not uploaded: Companion request failed: Bad Request");
    expect(site.requests).toEqual(["GET /s3/params"]);
  });

  it("requirement 15: Uppy reports an error if the note belongs to another user", async () => {
    await becomes("eve");
    await choose("report.pdf", PDF);
    await said("report.pdf was not uploaded: Companion request failed: Forbidden");
    expect(await attachmentsOf()).toEqual([]);
  });

  it("requirement 15: Uppy reports an error if there is no session", async () => {
    await context.clearCookies();
    await choose("report.pdf", PDF);
    await said("report.pdf was not uploaded: Companion request failed: Unauthorized");
    expect(await attachmentsOf()).toEqual([]);
  });
});

function isPartSigning(request: string): boolean {
  return /^GET \/s3\/multipart\/[^/]+\/\d+$/.test(request);
}
