import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";

/** The global variables of a measured page that this file uses or sets. */
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

/** Makes each later document of this page record its layout shifts, events and first row. Call this before the first navigation. */
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
      // The browser reports no duration below 16 ms.
    }).observe({ type: "event", buffered: true, durationThreshold: 16 });
    const rows = new here.MutationObserver(() => {
      if (here.document.querySelector('li a[href^="/n/"]') === null) return;
      here.firstRowAt = here.performance.now();
      rows.disconnect();
    });
    rows.observe(here.document, { childList: true, subtree: true });
  });
}

/** Returns the sum of all layout shifts of the document. The CLS (cumulative layout shift) is never larger than this sum. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as InPage).shifts.reduce((sum, value) => sum + value, 0));
}

/** Returns the milliseconds from the start of the navigation until the first row of the list appeared, or undefined without a row. */
export function firstRowAt(page: Page): Promise<number | undefined> {
  return page.evaluate(() => (globalThis as unknown as InPage).firstRowAt);
}

/** Runs an interaction. Returns the milliseconds from its slowest input event to the next frame, at least 16. */
export async function latencyOf(page: Page, interact: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => void (globalThis as unknown as InPage).events.splice(0));
  await interact();
  return page.evaluate(async () => {
    const here = globalThis as unknown as InPage & { requestAnimationFrame(then: () => void): void };
    // Waits for some frames, because the browser reports the entry of an event only after the next frame.
    for (let frame = 0; frame < 4; frame++) await new Promise<void>((next) => here.requestAnimationFrame(next));
    await new Promise((next) => setTimeout(next, 50));
    return Math.max(16, ...here.events.map(({ duration }) => duration));
  });
}

export type ScriptFile = { path: string; gzipBytes: number };

/**
 * Collects the scripts that a page requests from now on. Returns a function that returns the path of each script, and its size after gzip
 * at level 9 of zlib.
 */
export function collectScripts(page: Page): () => Promise<ScriptFile[]> {
  const urls = new Set<string>();
  page.on("response", (response) => {
    // Recognises a script by its filename, because the browser does not report a preloaded script as a script.
    if (new URL(response.url()).pathname.endsWith(".js")) urls.add(response.url());
  });
  return () =>
    Promise.all([...urls].map(async (url) => ({ path: new URL(url).pathname, gzipBytes: await gzipBytesOf(url) })));
}

async function gzipBytesOf(url: string): Promise<number> {
  const response = await fetch(url);
  return gzipSync(new Uint8Array(await response.arrayBuffer()), { level: 9 }).length;
}
