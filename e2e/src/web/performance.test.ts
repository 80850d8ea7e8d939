import { beforeAll, describe, expect, it } from "vitest";
import type { Note } from "../../../packages/client/src/index.ts";
import { loadCold, measuredPages, SCRIPT_GOAL_BYTES, SHIFT_GOAL, seedFigures } from "./testing/measure.ts";
import { openPerson, type Person, PHONE } from "./testing/person.ts";
import { DESKTOP } from "./testing/profile.ts";
import { startWeb } from "./testing/start-web.ts";

describe("a cold load", () => {
  const web = startWeb();
  let ann: Person;
  let note: Note;
  beforeAll(async () => {
    ann = await openPerson(web.browser, { service: web.service, name: "Ann" });
    note = await seedFigures(ann.client, { files: 20 });
    return ann.close;
  });

  it.each(Object.entries(measuredPages))(
    "a cold load of the page %s on a desktop and a phone has under 200 kB of script and a layout shift up to 0.05",
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
});
