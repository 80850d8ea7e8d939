import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { launchChromium } from "../../testing/chromium.ts";
import { scenes } from "../scenes/index.ts";
import { openScene } from "../scenes/scene.ts";
import { openWorld } from "../scenes/world.ts";
import buildWebApp from "../testing/build-web-app.ts";
import { DESKTOP, PHONE } from "../testing/person.ts";
import { contactSheet, type Picture } from "./contact-sheet.ts";

// npm run screenshots [-- part of a scene's name]: a picture of each, as phones and desktops show it, light and dark.
const FOLDER = resolve(import.meta.dirname, "../../../../screenshots");
const screens = { phone: PHONE, desktop: DESKTOP };
/** Skeletons and notices wait until a load is worth one. Milliseconds. */
const LATE_MS = 700;

const wanted = process.argv[2] ?? "";
buildWebApp();
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER);
const browser = await launchChromium();
const world = await openWorld(browser);
const pictures: Picture[] = [];
const chosen = scenes.filter(({ name }) => name.includes(wanted));
try {
  for (const scene of chosen) {
    for (const [screen, size] of Object.entries(screens)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const picture = {
          scene: scene.name,
          screen,
          theme: colorScheme,
          file: `${scene.name}.${screen}.${colorScheme}.png`,
        };
        await takePicture(picture, { scene, world, ...size, colorScheme });
        pictures.push(picture);
      }
    }
  }
} finally {
  await world.close().catch(say);
  await browser.close();
}
await writeFile(join(FOLDER, "index.html"), contactSheet(pictures));
console.log(`${pictures.length} pictures of ${chosen.length} scenes: ${join(FOLDER, "index.html")}`);

async function takePicture(picture: Picture, how: Parameters<typeof openScene>[1]): Promise<void> {
  try {
    const person = await openScene(browser, how);
    await person.page.waitForTimeout(LATE_MS);
    await person.page.screenshot({ path: join(FOLDER, picture.file), animations: "disabled" });
    await person.close();
  } catch (error) {
    say(new Error(picture.file, { cause: error }));
  }
}

function say(error: unknown): void {
  process.exitCode = 1;
  console.error(error);
}
