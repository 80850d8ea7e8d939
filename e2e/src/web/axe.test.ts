import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { scenes } from "./scenes/index.ts";
import { makeStage, type Stage } from "./scenes/scene.ts";
import { openWorld, type World } from "./scenes/world.ts";
import { loadAxe, seriousFindings } from "./testing/axe.ts";
import { PHONE } from "./testing/person.ts";

/**
 * Scenes that only the screenshots need. Each element of these scenes is also in another scene, on both screens, with the same markup,
 * styles and ancestors. Only the texts or the number of files differ.
 */
const ALIKE = new Set([
  "list-full",
  "note-full",
  "preview-image",
  "pictures-3",
  "pictures-300",
  "viewer-portrait",
  "viewer-slow",
  "move-confirm",
  "deleted",
  "share-dialog",
  "file-links",
  "share-links",
  "own-links",
  "settings-administrator",
  "settings-tokens",
  "admin-people",
  "visitor-view-request",
  "visit-open-37",
  "visit-open-300",
  "visit-pictures-3",
  "visit-pictures-300",
  "visit-picture-one",
  "request-full",
]);

describe("the scenes of the app", () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let world: World;
  let stage: Stage;
  beforeAll(async () => {
    browser = await launchChromium({ reusesProcess: true });
    world = await openWorld(browser);
    stage = makeStage(browser, { world, prepare: loadAxe });
  });
  afterAll(async () => {
    await world?.close();
    await browser?.close();
  });

  // Checks each scene in both themes and on both screens. The pairs of theme and screen alternate, because every scene shows the frame of
  // the app.
  const pairs = [
    { desktop: "light", phone: "dark" },
    { desktop: "dark", phone: "light" },
  ] as const;
  const checked = scenes
    .filter(({ name }) => !ALIKE.has(name))
    .map((scene, nth) => ({ ...scene, ...(nth % 2 === 0 ? pairs[0] : pairs[1]) }));

  it.each(checked)("the scene $name has no serious axe findings and no browser error", async (scene) => {
    const { page, watch, close } = await stage.open(scene);
    for (const [screen, colorScheme] of [
      ["desktop", scene.desktop],
      ["phone", scene.phone],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      if (screen === "phone") await page.setViewportSize(PHONE.viewport);
      expect({ screen, colorScheme, findings: await seriousFindings(page) }).toEqual({
        screen,
        colorScheme,
        findings: [],
      });
    }
    // Requirement 25: the page sends requests only to its service and its bucket.
    const { url, bucketOrigin } = scene.by === "first" ? world.emptyService : world.service;
    expect([...watch.requests.keys()].filter((origin) => origin !== url && origin !== bucketOrigin)).toEqual([]);
    await close();
  });
});
