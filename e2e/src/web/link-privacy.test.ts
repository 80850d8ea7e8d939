import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/landing/texts/en.ts";
import { type BucketRequest, recordBucket } from "./testing/bucket-recorder.ts";
import { png, text } from "./testing/files.ts";
import { makeLink } from "./testing/links.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const { locked, shares } = texts;
const LINK_PASSWORD = "open sesame";
const NAME = "secret-name";
const bucket = await recordBucket();

type Answer = { path: string; headers: Record<string, string> };
type Visit = { link: { url: string }; answers: Answer[]; received: BucketRequest[] };

describe("requirement 25: data that a visit of a link sends to the bucket and the caches", () => {
  const web = startWeb({ env: bucket.env });
  afterAll(bucket.stop);

  async function visit(options: object, act: (visitor: Person, url: string) => Promise<void>): Promise<Visit> {
    const ann = await web.person("Ann");
    const files = [png(`${NAME}.png`), text(`${NAME}.txt`, "text")];
    const note = await seedNote(ann.client, { title: "Plan", files });
    const link = await makeLink(ann, note.id, { password: LINK_PASSWORD });
    const vera = await web.person("Vera", { hasAccount: false, ...options });
    const answers: Answer[] = [];
    vera.page.on("response", (response) => {
      const { origin, pathname } = new URL(response.url());
      const isOfLink = origin === web.service.url && /^\/(?:s|public)\//.test(pathname);
      if (isOfLink) answers.push({ path: pathname, headers: response.headers() });
    });
    bucket.requests.length = 0;
    await act(vera, link.url);
    return { link, answers, received: [...bucket.requests] };
  }

  it("the page of a link sends no token and no filename to the bucket and the caches", async () => {
    const seen = await visit({}, async ({ page }, url) => {
      await page.addInitScript("delete globalThis.showSaveFilePicker");
      await page.goto(url);
      await page.getByRole("textbox", { name: locked.label }).fill(LINK_PASSWORD);
      await page.keyboard.press("Enter");
      await saved(page, () => page.getByRole("button", { name: shares.all }).click());
      await page.getByRole("button", { name: shares.preview(`${NAME}.png`) }).click();
      await page.getByRole("dialog").getByRole("img").waitFor();
    });
    expect(seen.received.length).toBeGreaterThanOrEqual(3);
    expectPrivate(seen);
  });

  it("without JavaScript, the page of a link sends no token or filename to the bucket", async () => {
    const seen = await visit({ javaScriptEnabled: false }, async ({ page }, url) => {
      await page.goto(`${url}/download`);
      await page.getByLabel("Password").fill(LINK_PASSWORD);
      await page.getByRole("button", { name: "Open" }).click();
      await saved(page, () => page.getByRole("button", { name: "Download" }).first().click());
    });
    expect(seen.received).toHaveLength(1);
    expectPrivate(seen);
  });
});

describe("requirement 25: the preview of a link in a chat", () => {
  const web = startWeb();

  it("the preview of a link in a chat does not contain the note, a file or the owner", async () => {
    const ann = await web.person("Ann");
    const note = await seedNote(ann.client, { title: NAME, files: [text(`${NAME}.txt`, "text")] });
    const { url } = await makeLink(ann, note.id, { label: NAME });
    for (const page of [url, `${web.service.url}/n/${note.id}`]) {
      const html = await (await fetch(page, { headers: { accept: "text/html" } })).text();
      const shown = [...html.matchAll(/<title>.*<\/title>|<meta [^>]*(?:og:|description)[^>]*>/g)].join("\n");
      expect(shown).toContain("og:title");
      expect(shown).not.toMatch(new RegExp(`${NAME}|${ann.name}`));
    }
  });
});

async function saved(page: Page, click: () => Promise<void>): Promise<void> {
  const download = page.waitForEvent("download");
  await click();
  await (await download).path();
}

function expectPrivate({ link, answers, received }: Visit): void {
  const token = link.url.split("/s/")[1] ?? "";
  for (const { method, url, headers } of received) {
    const { pathname, searchParams } = new URL(url, "http://bucket");
    // The filename may be in only one place: the parameter that sets the response header of the download.
    searchParams.delete("response-content-disposition");
    expect(`${method} ${pathname} ${searchParams} ${JSON.stringify(headers)}`).not.toMatch(
      new RegExp(`${token}|${NAME}`),
    );
    expect(url).not.toContain(token);
    expect(headers).not.toHaveProperty("cookie");
    expect(headers).not.toHaveProperty("referer");
  }
  expect(answers.map(({ path }) => path)).toContainEqual(expect.stringContaining(token));
  for (const { path, headers } of answers) {
    expect([path, headers["cache-control"]]).toEqual([path, "no-store"]);
    expect([path, headers["referrer-policy"]]).toEqual([path, "no-referrer"]);
  }
}
