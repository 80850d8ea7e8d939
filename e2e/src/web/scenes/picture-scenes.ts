import type { Page } from "playwright-core";
import { fileToolsTexts } from "../../../../packages/web/src/texts/en/file-tools.ts";
import { linkTexts } from "../../../../packages/web/src/texts/en/links.ts";
import { previewTexts as preview } from "../../../../packages/web/src/texts/en/preview.ts";
import { shareDialogTexts } from "../../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { standInForPictures } from "../testing/pictures.ts";
import { type Scene, scenesOf } from "./scene.ts";
import type { World } from "./world.ts";

const { attachments } = texts;

/** Opens a note with photos. Resolves when the first photo has loaded. */
async function openPictures(
  page: Page,
  { full }: World,
  options: Parameters<typeof standInForPictures>[1],
): Promise<void> {
  await standInForPictures(page, options);
  await page.goto(`/n/${full.id}`);
  const files = page.getByRole("region", { name: attachments.title });
  await files.locator("img").first().waitFor();
  await files.scrollIntoViewIfNeeded();
  await files.evaluate("node => node.scrollIntoView()");
}

const tile = (page: Page, filename: string) => page.getByRole("listitem").filter({ hasText: filename });

type Viewing = Partial<Parameters<typeof standInForPictures>[1]> & { filename: string; held?: string };

/** Opens a photo in the viewer. Resolves when the large preview has loaded. `held`: pictures with this path never arrive. */
async function openViewer(page: Page, world: World, { filename, held, ...options }: Viewing): Promise<void> {
  await openPictures(page, world, { count: 20, ...options });
  if (held !== undefined) await page.route(`**/assets/pictures${held}**`, () => undefined);
  await tile(page, filename).getByRole("button", { name: filename }).click();
  await page.getByRole("dialog").getByRole("img", { name: filename }).and(page.locator("[src*='/large/']")).waitFor();
}

/** Opens the menu of a photo in the grid. On a phone, photos have menus only while the user selects files. */
async function openMenu(page: Page, filename: string) {
  const more = tile(page, filename).getByRole("button", { name: texts.common.more });
  if (!(await more.isVisible())) {
    await page.getByRole("button", { name: attachments.select }).click();
    await page.getByRole("checkbox", { name: attachments.choose(filename) }).check();
  }
  await more.click();
}

export const pictureScenes: readonly Scene[] = scenesOf("ann", {
  "pictures-3": (page, world) => openPictures(page, world, { count: 3 }),
  "pictures-300": (page, world) => openPictures(page, world, { count: 300 }),
  "pictures-folders": (page, world) =>
    openPictures(page, world, {
      count: 20,
      pathOf: (nth) => (nth < 4 ? "" : nth < 13 ? "Photos/2024/" : "Photos/2025/"),
    }),
  "pictures-slow": (page, world) => openPictures(page, world, { count: 30, delayMs: 1_000 }),
  "pictures-failing": {
    expects: [/assets\/pictures/],
    async open(page, world) {
      await openPictures(page, world, { count: 30, isFailing: (path) => /[2358]\.png$/.test(path) });
      for (const name of ["IMG_2043.jpg", "IMG_2056.jpg"]) {
        // The first text is only for screen readers. The second text appears after the last retry of the download.
        await tile(page, name).getByText(name).filter({ visible: true }).nth(1).waitFor();
      }
    },
  },
  async "pictures-hover"(page, world) {
    await openPictures(page, world, { count: 20 });
    await tile(page, "IMG_2043.jpg").getByRole("button", { name: "IMG_2043.jpg" }).focus();
    await tile(page, "IMG_2043.jpg").hover();
  },
  async "pictures-menu"(page, world) {
    await openPictures(page, world, { count: 20 });
    await openMenu(page, "IMG_2043.jpg");
    await page.getByRole("menuitem", { name: attachments.copyLink }).waitFor();
  },
  async "pictures-rename"(page, world) {
    await openPictures(page, world, { count: 20 });
    await openMenu(page, "IMG_2045.jpg");
    await page.getByRole("menuitem", { name: attachments.rename }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
  },
  async "pictures-select"(page, world) {
    await openPictures(page, world, { count: 20 });
    await page.getByRole("button", { name: attachments.select }).click();
    for (const nth of [2042, 2043, 2047]) {
      await page.getByRole("checkbox", { name: attachments.choose(`IMG_${nth}.jpg`) }).focus();
      await page.keyboard.press("Space");
    }
    await page
      .getByText(fileToolsTexts.chosen(3, 0).split(",")[0] ?? "")
      .first()
      .waitFor();
  },
  "viewer-picture": (page, world) => openViewer(page, world, { filename: "IMG_2043.jpg" }),
  "viewer-portrait": (page, world) => openViewer(page, world, { filename: "IMG_2042.jpg" }),
  async "viewer-zoomed"(page, world) {
    await openViewer(page, world, { filename: "IMG_2043.jpg" });
    await page.getByRole("button", { name: preview.ownSize }).click();
    await page.getByRole("button", { name: preview.fit }).waitFor();
  },
  "viewer-slow": {
    async open(page, world) {
      await openViewer(page, world, { filename: "IMG_2043.jpg", held: "/file/" });
      await page.getByRole("button", { name: preview.ownSize }).click();
      await page.getByText(preview.originalLoading).waitFor();
    },
  },
  "viewer-failing": {
    expects: [/assets\/pictures/],
    async open(page, world) {
      await openViewer(page, world, { filename: "IMG_2043.jpg", isFailing: (path) => path.includes("/file/") });
      await page.getByRole("button", { name: preview.ownSize }).click();
      await page.getByText(preview.originalFailed).waitFor();
    },
  },
  async "pictures-link"(page, world) {
    await openPictures(page, world, { count: 3 });
    await page.getByRole("button", { name: texts.sharing.share, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("tab", { name: shareDialogTexts.tabs.link.label }).click();
    await dialog.locator("summary").filter({ hasText: linkTexts.form.rare.pictures }).click();
    await dialog.getByText(linkTexts.form.showPreviews).scrollIntoViewIfNeeded();
  },
  async "pictures-list"(page, world) {
    await openPictures(page, world, { count: 20 });
    await page.getByRole("button", { name: attachments.asList }).click();
    await page.getByText("IMG_2041.jpg").waitFor();
  },
});
