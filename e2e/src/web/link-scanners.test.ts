import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { crawl } from "./testing/crawler.ts";
import { png, text } from "./testing/files.ts";
import { makeLink, type OwnLink, readLink } from "./testing/links.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

type SubmitEvent = { defaultPrevented: boolean };
declare const document: { forms: ArrayLike<{ submit(): void; requestSubmit(): void }> };
declare const window: { addEventListener(type: "submit", listener: (event: SubmitEvent) => void): void };

const files = [png("photo.png"), text("report.txt", "the report")];
const bodies = {
  "one file": { maxClaims: 1 },
  "several files": { maxClaims: 1 },
  "a password": { maxClaims: 1, password: "open sesame" },
  "a file request": { kind: "upload", request: {} },
};
type Subject = keyof typeof bodies;
const subjects = Object.keys(bodies) as Subject[];

describe("requirement 21: programs that open links without a click", () => {
  const web = startWeb();

  /** Makes a link, and runs a program that visits it. Expects that the visits made no claim, issued no URL and added no file. */
  async function visit(subject: Subject, program: (link: OwnLink) => Promise<void>): Promise<void> {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, {
      title: "Plan",
      files: subject === "one file" ? files.slice(0, 1) : files,
    });
    const link = await makeLink(ann, note.id, bodies[subject]);
    await program(link);
    await expectUnused(ann, link);
    expect((await ann.client.notes.get(note.id)).attachments).toHaveLength(note.attachments.length);
  }

  async function expectUnused(ann: Person, link: OwnLink): Promise<void> {
    expect(await readLink(ann, link)).toMatchObject({ claims: 0, urlsIssued: 0, state: "live" });
    const { items } = await ann.client.activity.list();
    expect(items.filter(({ action }) => action === "link.claimed" || action === "url.issued")).toEqual([]);
  }

  it.each(subjects)(
    "a crawler that submits every form, unchanged and filled, downloads and sends nothing on a link with %s",
    async (subject) => {
      await visit(subject, async ({ url }) => {
        for (const fill of [undefined, "scanner@example.com"]) {
          const { requests } = await crawl(url, { fill });
          expectCrawled(requests, { url, subject });
        }
      });
    },
  );

  it.each(subjects)(
    "a browser that submits every form by script downloads and sends nothing on a link with %s",
    async (subject) => {
      await visit(subject, async ({ url }) => {
        const scanner = await web.person("Scanner", { hasAccount: false });
        scanner.watch.expect(/^(400|403) POST .*\/download$/);
        const posts = await scan(scanner, [url, `${url}/download`]);
        const { pathname } = new URL(url);
        // The browser sends a form with a required field only by `submit()`. The plain page of a file request has no form.
        const sent = { "a file request": 0, "a password": 1, "one file": 2, "several files": 2 }[subject];
        expect(posts.filter((path) => path === `${pathname}/download`)).toHaveLength(sent);
        expect(posts.filter((path) => path.endsWith("/claims"))).toEqual([]);
      });
    },
  );
});

/**
 * Expects that the crawler has loaded the page of the link and its plain page, and has sent the form of the plain page, if there is one.
 */
function expectCrawled(requests: string[], { url, subject }: { url: string; subject: Subject }): void {
  const { pathname } = new URL(url);
  expect(requests).toContain(`GET ${pathname} 200`);
  expect(requests).toContain(`GET ${pathname}/download 200`);
  expect(requests.some((request) => /^GET \/assets\/.* 200$/.test(request))).toBe(true);
  const isSent = requests.includes(`POST ${pathname}/download ${subject === "a password" ? 403 : 400}`);
  expect(isSent).toBe(subject !== "a file request");
}

/** Opens each page with its scripts, and submits each form with and without its validation. Returns the paths of all POST requests. */
async function scan({ page }: Person, urls: readonly string[]): Promise<string[]> {
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") posts.push(new URL(request.url()).pathname);
  });
  for (const url of urls) {
    const count = await load(page, url);
    for (let nth = 0; nth < count; nth++) {
      // No button was pressed, so the browser or the service refuses the form.
      const loaded = page.waitForEvent("framenavigated");
      if (await requestSubmit(page, nth)) await loaded;
      await load(page, url);
      const navigated = page.waitForEvent("framenavigated");
      await page.evaluate((nth) => document.forms[nth]?.submit(), nth);
      await navigated;
      expect(page.url()).not.toContain("password");
      await load(page, url);
    }
  }
  return posts;
}

/** Submits a form with its validation. Returns whether the browser leaves the page. The validation or a script can prevent this. */
function requestSubmit(page: Page, nth: number): Promise<boolean> {
  return page.evaluate((nth) => {
    let leaves = false;
    window.addEventListener("submit", ({ defaultPrevented }) => {
      leaves = !defaultPrevented;
    });
    document.forms[nth]?.requestSubmit();
    return leaves;
  }, nth);
}

async function load(page: Page, url: string): Promise<number> {
  // The plain page has no script, which could make further requests.
  await page.goto(url, { waitUntil: url.endsWith("/download") ? "load" : "networkidle" });
  return page.evaluate(() => document.forms.length);
}
