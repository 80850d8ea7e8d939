import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "./testing/chromium.ts";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

/** The parts of the DOM that these tests use in the page. */
type Element = object;
declare const document: {
  documentElement: Element & { scrollWidth: number };
  querySelector(selector: string): Element;
};
declare function getComputedStyle(element: Element): { backgroundColor: string; color: string };

describe("the pages of the API at /docs", () => {
  let browser: Browser;
  let place: Place;
  let service: RunningService;

  beforeAll(async () => {
    place = await makePlace();
    [browser, service] = await Promise.all([launchChromium(), startProcess(place)]);
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
    await place.remove();
  });

  it("the built valetkey command serves the pages of the API documentation", async () => {
    const page = await fetch(`${service.url}/docs`);
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(files).toContain("/docs/static/swagger-ui-bundle.js");
    for (const file of files) expect([file, (await fetch(service.url + file)).status]).toEqual([file, 200]);
    for (const path of ["/docs/cli.js", "/docs/..%2f..%2fcli.js", "/docs/static/..%2f..%2fcli.js"]) {
      expect([path, (await fetch(service.url + path)).status]).toEqual([path, 404]);
    }
  });

  it("the API documentation renders without errors and fits a phone and a desktop", async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("requestfailed", (request) => faults.push(request.url()));
    await page.goto(`${service.url}/docs`);
    // The page renders this operation only after scrolling, which Playwright does for a click.
    await page.locator("#operations-notes-createNote .opblock-summary-control").click();
    await page.locator("#operations-notes-createNote .responses-table").waitFor();
    for (const [colorScheme, width] of [
      ["light", 390],
      ["dark", 1280],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const seen = () =>
        page.evaluate(() => ({
          width: document.documentElement.scrollWidth,
          background: getComputedStyle(document.documentElement).backgroundColor,
          text: getComputedStyle(document.querySelector(".info .title")).color,
        }));
      // The colors may change with a transition.
      await expect
        .poll(async () => {
          const { background, text, width } = await seen();
          return { width, isDark: brightnessOf(background) < 0.3, isTextBright: brightnessOf(text) > 0.6 };
        })
        .toEqual({ width, isDark: colorScheme === "dark", isTextBright: colorScheme === "dark" });
    }
    expect(faults).toEqual([]);
    await page.close();
  });
});

/**
 * Returns the brightness of a color from 0 (black) to 1 (white). A transparent color has the brightness 1, because the browser shows white
 * behind it.
 */
function brightnessOf(color: string): number {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return alpha === 0 ? 1 : (red + green + blue) / 3 / 255;
}
