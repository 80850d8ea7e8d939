import { mkdir, rm, writeFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import build from "../../testing/build.ts";
import { launchChromium } from "../../testing/chromium.ts";
import { openScene } from "../scenes/scene.ts";
import { PHONE } from "../testing/person.ts";
import { DESKTOP } from "../testing/profile.ts";

// Takes screenshots of scenes, on a phone and on a desktop, in both themes: `npm run screenshots [-- pattern of scene names [language]]`.
const FOLDER = resolve(import.meta.dirname, "../../../../screenshots");
const screens = { phone: PHONE, desktop: DESKTOP };
/** The wait before each screenshot in milliseconds, because the app shows placeholders and notices only after a delay. */
const LATE_MS = 700;

const [wanted = "", language = "en"] = process.argv.slice(2);
build();
readTextsIn(language);
const locale = language === "en" ? {} : { locale: language };
const [{ scenes }, { openWorld }] = await Promise.all([import("../scenes/index.ts"), import("../scenes/world.ts")]);
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER);
const browser = await launchChromium();
const world = await openWorld(browser);
const pictures: Picture[] = [];
const chosen = scenes.filter(({ name }) => new RegExp(wanted).test(name));
try {
  for (const scene of chosen) {
    for (const [screen, size] of Object.entries(screens)) {
      pictures.push(...(await takePictures({ scene, world, ...locale, ...size }, { screen })));
    }
  }
} finally {
  await world.close().catch(say);
  await browser.close();
}
await writeFile(join(FOLDER, "index.html"), contactSheet(pictures));
console.log(`${pictures.length} pictures of ${chosen.length} scenes: ${join(FOLDER, "index.html")}`);

/** Opens a scene once, and takes one screenshot in each theme. */
async function takePictures(how: Parameters<typeof openScene>[1], { screen }: { screen: string }): Promise<Picture[]> {
  const { name } = how.scene;
  const taken: Picture[] = [];
  try {
    const { page, close } = await openScene(browser, how);
    for (const theme of ["light", "dark"] as const) {
      const file = `${name}.${screen}.${theme}.png`;
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(LATE_MS);
      await page.screenshot({ path: join(FOLDER, file), animations: "disabled" });
      taken.push({ scene: name, screen, theme, file });
    }
    await close();
  } catch (error) {
    say(new Error(`${name} on ${screen}`, { cause: error }));
  }
  return taken;
}

function say(error: unknown): void {
  process.exitCode = 1;
  console.error(error);
}

type Picture = { scene: string; screen: string; theme: string; file: string };

/** Makes an HTML page with all screenshots, one row for each scene. */
function contactSheet(pictures: readonly Picture[]): string {
  const names = [...new Set(pictures.map(({ scene }) => scene))];
  const rows = names.map((name) => {
    const cells = pictures
      .filter(({ scene }) => scene === name)
      .map(({ file, screen, theme }) => `<a href="${file}"><img src="${file}" alt="${name}, ${screen}, ${theme}"></a>`);
    return `<h2 id="${name}">${name}</h2>\n<p>${cells.join("\n")}</p>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Valet Key, every page</title>
<style>body { font: 15px system-ui; margin: 24px; background: #8883 } img { height: 420px; margin: 4px; border: 1px solid #8888; border-radius: 4px }</style>
<h1>Valet Key, every page</h1>
${rows.join("\n")}
</html>
`;
}

/** Makes later imports of the English texts load the texts of another language. The scenes find elements of a page by these texts. */
function readTextsIn(language: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return { ...found, url: found.url.replace(/\/texts\/en(?=\/|\.ts$)/, `/texts/${language}`) };
    },
  });
}
