import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";

/** What a page shows of itself to the measuring. */
type InPage = {
  shifts: number[];
  events: { name: string; interactionId: number; duration: number }[];
  firstRowAt?: number;
  PerformanceObserver: new (then: (list: { getEntries(): Entry[] }) => void) => { observe(options: object): void };
  performance: { now(): number };
  document: { querySelector(selector: string): unknown };
  MutationObserver: new (then: () => void) => { observe(node: unknown, options: object): void; disconnect(): void };
};
type Entry = { value: number; hadRecentInput: boolean; name: string; interactionId: number; duration: number };

/** Has every document of this page watch itself; to be called before the first address. */
export function watchFigures(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const here = globalThis as unknown as InPage;
    here.shifts = [];
    here.events = [];
    new here.PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) here.shifts.push(value);
    }).observe({ type: "layout-shift", buffered: true });
    new here.PerformanceObserver((list) => {
      for (const { name, interactionId, duration } of list.getEntries()) {
        here.events.push({ name, interactionId, duration });
      }
      // 16 ms is the least that the browser tells.
    }).observe({ type: "event", buffered: true, durationThreshold: 16 });
    const rows = new here.MutationObserver(() => {
      if (here.document.querySelector('li a[href^="/n/"]') === null) return;
      here.firstRowAt = here.performance.now();
      rows.disconnect();
    });
    rows.observe(here.document, { childList: true, subtree: true });
  });
}

/** How much the layout shifted since the document began, all shifts added up, which is at least what the browser calls CLS. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as InPage).shifts.reduce((sum, value) => sum + value, 0));
}

/** When the first row of the list was there, in milliseconds from the start of the navigation; undefined: there was none. */
export function firstRowAt(page: Page): Promise<number | undefined> {
  return page.evaluate(() => (globalThis as unknown as InPage).firstRowAt);
}

/** How long the slowest event of an interaction took from the input to the next picture, in milliseconds; 16 when none took longer. */
export async function latencyOf(page: Page, interact: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => void (globalThis as unknown as InPage).events.splice(0));
  await interact();
  return page.evaluate(async () => {
    const here = globalThis as unknown as InPage & { requestAnimationFrame(then: () => void): void };
    // The entry of an event comes after the picture that followed it.
    for (let frame = 0; frame < 4; frame++) await new Promise<void>((next) => here.requestAnimationFrame(next));
    await new Promise((next) => setTimeout(next, 50));
    return Math.max(16, ...here.events.map(({ duration }) => duration));
  });
}

export type ScriptFile = { path: string; gzipBytes: number };

/** Collects the scripts that a page requests from now on, each with its size after gzip at level 9 of zlib. */
export function collectScripts(page: Page): () => Promise<ScriptFile[]> {
  const urls = new Set<string>();
  page.on("response", (response) => {
    // By the name of the file, because the browser does not report a preloaded script as a script.
    if (new URL(response.url()).pathname.endsWith(".js")) urls.add(response.url());
  });
  return () =>
    Promise.all([...urls].map(async (url) => ({ path: new URL(url).pathname, gzipBytes: await gzipBytesOf(url) })));
}

async function gzipBytesOf(url: string): Promise<number> {
  const response = await fetch(url);
  return gzipSync(new Uint8Array(await response.arrayBuffer()), { level: 9 }).length;
}
