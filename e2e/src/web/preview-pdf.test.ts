import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { pdf } from "./testing/files.ts";
import { pagesPdf } from "./testing/pages-pdf.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

describe("PDFs in the preview", () => {
  const web = startWeb({ env: { URL_TTL_DEFAULT: "2" } });

  it("the preview draws a PDF with searchable text, and sends no request to other origins", async () => {
    const ann = await web.person("Ann");
    allowRefusedAddresses(ann);
    // This PDF does not contain its font, so pdf.js must load the font from the service.
    await openFile(ann, pdf("contract.pdf", ["The lease ends in May."]));
    const page = ann.page.getByRole("region", { name: "Page 1 of 1" });
    await page.getByText("The lease ends in May.").waitFor();
    await expect.poll(() => hasInk(ann.page), PATIENT).toBe(true);
    const widthOf = async () => (await page.boundingBox())?.width ?? 0;
    const fitted = await widthOf();
    await ann.page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(widthOf, PATIENT).toBeCloseTo(fitted * 1.25, -1);
    await ann.page.getByRole("region", { name: "contract.pdf" }).press("0");
    await expect.poll(widthOf, PATIENT).toBe(fitted);
    expect([...ann.watch.requests.keys()].sort()).toEqual([web.service.url, web.service.bucketOrigin].sort());
    expect(ann.watch.requests.get(web.service.url)?.some(({ url }) => url.endsWith(".wasm"))).toBe(false);
  });

  it("the preview of a PDF loads later pages from a new URL if the first URL has expired", async () => {
    const ben = await web.person("Ben");
    allowRefusedAddresses(ben);
    await openFile(ben, pagesPdf("book.pdf", { pages: 40 }));
    await ben.page.getByText("Chapter 1", { exact: true }).waitFor();
    const before = addresses(ben, web.service.bucketOrigin);
    for (const url of before) await whenRefused(url);
    await ben.page.getByRole("region", { name: "Page 20 of 40" }).scrollIntoViewIfNeeded();
    await ben.page.getByText("Chapter 20", { exact: true }).waitFor();
    await ben.page.getByRole("dialog").getByText("Page 20 of 40").waitFor();
    expect(addresses(ben, web.service.bucketOrigin).size).toBeGreaterThan(before.size);
  });

  it("a preview that is closed while its PDF loads causes no error in the console", async () => {
    const dan = await web.person("Dan");
    allowRefusedAddresses(dan);
    await holdRequests(dan.page, new RegExp(`^${web.service.bucketOrigin}/`));
    const asked = dan.page.waitForRequest((request) => request.url().startsWith(`${web.service.bucketOrigin}/`));
    await openFile(dan, pagesPdf("book.pdf", { pages: 40 }));
    await asked;
    await dan.page.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => dan.page.workers().length).toBe(0);
    expect(dan.watch.problems).toEqual([]);
  });

  it("the preview shows that a file is not a PDF", async () => {
    const cleo = await web.person("Cleo");
    allowRefusedAddresses(cleo);
    await openFile(cleo, { name: "torn.pdf", type: "application/pdf", bytes: Buffer.from("%PDF-1.4\nnothing more") });
    const alert = cleo.page.getByRole("alert");
    await alert.getByText("This file can't be shown here").waitFor();
    await alert.getByRole("link", { name: "Download" }).waitFor();
  });
});

const PATIENT = { timeout: 20_000 };

async function openFile(person: Person, file: ReturnType<typeof pdf>): Promise<void> {
  const note = await seedNote(person.client, { title: "Papers", files: [file] });
  await person.page.goto(`/n/${note.id}?file=${note.attachments[0]?.id}`);
}

/** Returns whether the canvas has a dark pixel. */
function hasInk(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, index) => index % 4 === 0 && value < 128 && data[index + 3] > 0);
  })()`);
}

function addresses({ watch }: Person, bucketOrigin: string): Set<string> {
  return new Set(watch.requests.get(bucketOrigin)?.map(({ url }) => url));
}

async function whenRefused(url: string): Promise<void> {
  const ask = () => fetch(url, { headers: { range: "bytes=0-0" } }).then(({ status }) => status);
  await expect.poll(ask, PATIENT).toBe(403);
}

/** Permits refusals of the bucket. On a slow machine, a URL can expire before its first request. */
function allowRefusedAddresses({ watch }: Person): void {
  watch.expect(/^403 GET .*X-Amz-Signature/);
}
