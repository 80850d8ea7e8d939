import { beforeAll, describe, expect, it } from "vitest";
import type { Note } from "../../../packages/client/src/index.ts";
import { beSlowPhone, loadCold, measuredPages, SCRIPT_GOAL_BYTES, SHIFT_GOAL, seedFigures } from "./testing/measure.ts";
import { openPerson, type Person, PHONE } from "./testing/person.ts";
import { DESKTOP } from "./testing/profile.ts";
import { startWeb } from "./testing/start-web.ts";

const FIRST_PAINT_MS = 1_500;

describe("a cold load of a page", () => {
  const web = startWeb();
  let ann: Person;
  let note: Note;
  beforeAll(async () => {
    ann = await openPerson(web.browser, { service: web.service, name: "Ann" });
    note = await seedFigures(ann.client, { files: 20 });
    return ann.close;
  });

  it.each(Object.entries(measuredPages))(
    "a cold load of the page %s has under 200 kB of script and shifts the layout by at most 0.01",
    async (_name, { path, ready, isSignedOut = false }) => {
      const { service, browser } = web;
      const session = isSignedOut ? {} : { as: ann };
      for (const screen of [DESKTOP, PHONE]) {
        const load = await loadCold(browser, { ...session, ...screen, service, path: path(note), ready });
        expect(load.scripts.length).toBeGreaterThan(0);
        expect(load.gzipBytes, JSON.stringify(load.scripts)).toBeLessThan(SCRIPT_GOAL_BYTES);
        expect(load.layoutShift, JSON.stringify(screen)).toBeLessThanOrEqual(SHIFT_GOAL);
      }
    },
  );

  it.each([
    ["/", "the list", ".frame-list"],
    ["/n/1", "the note", ".frame-note"],
    ["/settings", "the page", ".frame-note"],
  ])("the first paint of the page %s shows placeholders for %s in the chosen theme", async (path, _, outlines) => {
    const { page, close } = await openPerson(web.browser, { service: web.service, name: "Zoe", hasAccount: false });
    // The scripts of the app never arrive.
    await page.route("**/assets/*.js", () => undefined);
    for (const theme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme: theme === "dark" ? "light" : "dark" });
      await page.addInitScript(`localStorage.setItem("valetkey.theme", ${JSON.stringify(theme)})`);
      await page.goto(path, { waitUntil: "commit" });
      await page.locator(outlines).waitFor();
      const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(ground).toBe(theme === "dark" ? "rgb(22, 21, 19)" : "rgb(251, 250, 248)");
    }
    await page.goto("/sign-in", { waitUntil: "commit" });
    await page.locator(".frame").waitFor({ state: "hidden" });
    await close();
  });

  it("the first paint of the app comes within 1.5 s on a slow phone", async () => {
    const times: number[] = [];
    // The fastest round counts, because other tests use the same processors.
    for (let round = 0; round < 6 && !times.some((ms) => ms < FIRST_PAINT_MS); round++) {
      const state = await ann.context.storageState();
      const phone = { ...PHONE, service: web.service, name: `Ann ${round}`, hasAccount: false, storageState: state };
      const { page, close } = await openPerson(web.browser, phone);
      await beSlowPhone(page);
      await page.goto("/");
      const entry = "performance.getEntriesByName('first-paint')[0]?.startTime ?? 0";
      let paintMs = 0;
      await expect.poll(async () => (paintMs = await page.evaluate<number>(entry))).toBeGreaterThan(0);
      times.push(paintMs);
      await close();
    }
    console.log(`The first paint came after ${times.map(Math.round).join(", ")} ms.`);
    expect(Math.min(...times)).toBeLessThan(FIRST_PAINT_MS);
  });
});
