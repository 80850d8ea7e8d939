import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { scenes } from "./scenes/index.ts";
import { makeStage, type Stage } from "./scenes/scene.ts";
import { openWorld, type World } from "./scenes/world.ts";
import { findingsInBothThemes } from "./testing/axe.ts";
import { PHONE } from "./testing/person.ts";

describe("the scenes of the app", () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let world: World;
  let stage: Stage;
  beforeAll(async () => {
    browser = await launchChromium();
    world = await openWorld(browser);
    stage = makeStage(browser, world);
  });
  afterAll(async () => {
    await world?.close();
    await browser?.close();
  });

  it.each(scenes)("the scene $name has no serious axe findings and no browser error", async (scene) => {
    const { page, watch, close } = await stage.open(scene);
    expect({ screen: "desktop", findings: await findingsInBothThemes(page) }).toEqual({
      screen: "desktop",
      findings: [],
    });
    await page.setViewportSize(PHONE.viewport);
    expect({ screen: "phone", findings: await findingsInBothThemes(page) }).toEqual({ screen: "phone", findings: [] });
    // Requirement 25: the page sends requests only to its service and its bucket.
    const { url, bucketOrigin } = scene.by === "first" ? world.emptyService : world.service;
    expect([...watch.requests.keys()].filter((origin) => origin !== url && origin !== bucketOrigin)).toEqual([]);
    await close();
  });
});
