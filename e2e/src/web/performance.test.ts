import { beforeAll, describe, expect, it } from "vitest";
import type { Note } from "../../../packages/client/src/index.ts";
import { loadCold, measuredPages, SCRIPT_GOAL_BYTES, SHIFT_GOAL, seedFigures } from "./testing/measure.ts";
import { openPerson, type Person, PHONE } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

describe("a first load", () => {
  const web = startWeb();
  let ann: Person;
  let note: Note;
  beforeAll(async () => {
    ann = await openPerson(web.browser, { service: web.service, name: "Ann" });
    note = await seedFigures(ann.client, { files: 20 });
    return ann.close;
  });

  describe.each(Object.entries(measuredPages))("the page %s", (_name, { path, ready, isSignedOut = false }) => {
    it.each([
      ["a desktop", {}],
      ["a phone", PHONE],
    ])("a first load on %s loads under 200 kB of script and moves nothing", async (_, screen) => {
      const { service, browser } = web;
      const session = isSignedOut ? {} : { as: ann };
      const load = await loadCold(browser, { ...screen, ...session, service, path: path(note), ready });
      expect(load.scripts.length).toBeGreaterThan(0);
      expect(load.gzipBytes, JSON.stringify(load.scripts)).toBeLessThan(SCRIPT_GOAL_BYTES);
      expect(load.layoutShift).toBeLessThanOrEqual(SHIFT_GOAL);
    });
  });
});
