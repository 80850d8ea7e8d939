import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { Page } from "playwright-core";

/** The measurements that a page collects. */
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

/** Makes every document of this page measure itself. Call it before the first navigation. */
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
      // The browser reports no event under 16 ms.
    }).observe({ type: "event", buffered: true, durationThreshold: 16 });
    const rows = new here.MutationObserver(() => {
      if (here.document.querySelector('li a[href^="/n/"]') === null) return;
      here.firstRowAt = here.performance.now();
      rows.disconnect();
    });
    rows.observe(here.document, { childList: true, subtree: true });
  });
}

/** The sum of all layout shifts of the document, which is at least its CLS. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as InPage).shifts.reduce((sum, value) => sum + value, 0));
}

/** The milliseconds from the navigation to the first row of the list. Undefined when there is no row. */
export function firstRowAt(page: Page): Promise<number | undefined> {
  return page.evaluate(() => (globalThis as unknown as InPage).firstRowAt);
}

/** The milliseconds from the input to the next frame of the slowest event, at least 16. */
export async function latencyOf(page: Page, interact: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => void (globalThis as unknown as InPage).events.splice(0));
  await interact();
  return page.evaluate(async () => {
    const here = globalThis as unknown as InPage & { requestAnimationFrame(then: () => void): void };
    // The browser adds the entry of an event after the next frame.
    for (let frame = 0; frame < 4; frame++) await new Promise<void>((next) => here.requestAnimationFrame(next));
    await new Promise((next) => setTimeout(next, 50));
    return Math.max(16, ...here.events.map(({ duration }) => duration));
  });
}

export type ScriptFile = { path: string; gzipBytes: number };

/** Collects the scripts that a page requests from now on, with their gzip size. */
export function collectScripts(page: Page): () => Promise<ScriptFile[]> {
  const urls = new Set<string>();
  page.on("response", (response) => {
    // Checks the name, because the browser does not report a preloaded file as a script.
    if (new URL(response.url()).pathname.endsWith(".js")) urls.add(response.url());
  });
  return () =>
    Promise.all([...urls].map(async (url) => ({ path: new URL(url).pathname, gzipBytes: await sentBytes(url) })));
}

/** The size of a file with gzip. `fetch` would decompress it. */
async function sentBytes(url: string): Promise<number> {
  const asked = get(url, { headers: { "accept-encoding": "gzip" } });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}
