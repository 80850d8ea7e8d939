import type { Browser, CDPSession, Page } from "playwright-core";
import type { Person } from "../testing/person.ts";
import type { Watch } from "../testing/watch.ts";
import { cookiesOf, openViewer, type Scene } from "./scene.ts";
import type { World } from "./world.ts";

/** Opens scenes one after the other, without a new browser context for each scene. */
export type Stage = {
  /** Opens a scene in a new page. The browser has cached the code of the app, and has stored no other data. */
  open(scene: Scene): Promise<Shown>;
};

type Shown = {
  page: Page;
  watch: Watch;
  /** Closes the page. Rejects if `watch` has an unexpected problem. */
  close(): Promise<void>;
};

/** Makes a stage. All scenes of a viewer share one browser context, because a new context would compile the app and axe again. */
export function makeStage(browser: Browser, world: World): Stage {
  const viewers = new Map<Scene["by"], { viewer: Person; storage: CDPSession }>();

  async function viewerOf(by: Scene["by"]) {
    const known = viewers.get(by);
    if (known !== undefined) return known;
    const viewer = await openViewer(browser, { by, world });
    // The first page of the context stays open and empty. Without this page, Chromium would end the process that has the compiled code.
    const opened = { viewer, storage: await viewer.context.newCDPSession(viewer.page) };
    viewers.set(by, opened);
    return opened;
  }

  /** Closes the pages of the last scene of this viewer, and removes the data that this scene has stored. */
  async function clear(by: Scene["by"]): Promise<Person> {
    const { viewer, storage } = await viewerOf(by);
    const { context, watch } = viewer;
    for (const page of context.pages()) if (page !== viewer.page) await page.close();
    await context.setOffline(false);
    await context.clearPermissions();
    const { url, bucketOrigin } = by === "first" ? world.emptyService : world.service;
    for (const origin of [url, bucketOrigin]) {
      const storageTypes = "local_storage,indexeddb,service_workers,cache_storage";
      await storage.send("Storage.clearDataForOrigin", { origin, storageTypes });
    }
    await context.clearCookies();
    await context.addCookies(await cookiesOf(by, world));
    watch.clear();
    return viewer;
  }

  return {
    async open(scene) {
      const { context, watch, throwProblems } = await clear(scene.by);
      for (const pattern of scene.expects ?? []) watch.expect(pattern);
      const page = await context.newPage();
      await scene.open(page, world);
      return {
        page,
        watch,
        async close() {
          await page.close();
          throwProblems();
        },
      };
    },
  };
}
