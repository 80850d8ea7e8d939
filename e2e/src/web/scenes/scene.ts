import type { Browser, CDPSession, Cookie, Page } from "playwright-core";
import { openPerson, type Person, type PersonOptions } from "../testing/person.ts";
import type { Watch } from "../testing/watch.ts";
import type { World } from "./world.ts";

/** One state of the app, such as an open dialog, for tests and screenshots. */
export type Scene = {
  /** The name of its screenshots, for example `note-uploading`. */
  name: string;
  /** The viewer of the scene: a user of the world, a visitor without a session, or the first visitor of a new service. */
  by: "ann" | "ben" | "zoe" | "nobody" | "first";
  /** Opens the scene. Resolves when the page shows it. */
  open(page: Page, world: World): Promise<unknown>;
  /** Patterns of the problems that the scene may cause. `openScene` passes them to `watch.expect`. */
  expects?: readonly RegExp[];
};

/** Makes the scenes of one viewer. `openings`: how to open each scene, by the name of the scene. */
export function scenesOf(
  by: Scene["by"],
  openings: Record<string, Scene["open"] | Pick<Scene, "open" | "expects">>,
): readonly Scene[] {
  return Object.entries(openings).map(([name, opening]) => ({
    name,
    by,
    ...(typeof opening === "function" ? { open: opening } : opening),
  }));
}

/** Opens a scene in a new browser context. The caller must call `close` of the returned person. */
export async function openScene(
  browser: Browser,
  { scene, world, ...options }: PersonOptions & { scene: Scene; world: World },
): Promise<Person> {
  const viewer = await openViewer(browser, { ...options, by: scene.by, world });
  for (const pattern of scene.expects ?? []) viewer.watch.expect(pattern);
  await scene.open(viewer.page, world);
  return viewer;
}

/** Opens a new browser context with the session of this viewer, if there is one. */
export async function openViewer(
  browser: Browser,
  { by, world, ...options }: PersonOptions & { by: Scene["by"]; world: World },
): Promise<Person> {
  const service = by === "first" ? world.emptyService : world.service;
  const cookies = await cookiesOf(by, world);
  const storageState = { cookies, origins: [] };
  return openPerson(browser, { ...options, storageState, service, name: by, hasAccount: false });
}

/** Returns the session cookies of a viewer. A visitor has none. */
export async function cookiesOf(by: Scene["by"], world: World): Promise<Cookie[]> {
  return by === "nobody" || by === "first" ? [] : world[by].context.cookies();
}

/** Makes the page believe that the service can send mails. */
export async function withMail(page: Page): Promise<void> {
  await page.route("**/instance", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), mail: true } });
  });
}

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
