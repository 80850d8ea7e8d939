import type { Browser, BrowserContext, Cookie, Page } from "playwright-core";
import { openPerson, type Person, type PersonOptions, throwProblems } from "../testing/person.ts";
import { openReusableProfile, type ReusableProfile } from "../testing/profile.ts";
import { responseTo, type Watch } from "../testing/watch.ts";
import type { World } from "./world.ts";

/** One state of the app for tests and screenshots, such as an open dialog. */
export type Scene = {
  /** The name of the scene's screenshots, such as `note-uploading`. */
  name: string;
  /** The viewer of the scene: a user of the world, a visitor without a session, or the first visitor of a new service. */
  by: "ann" | "ben" | "zoe" | "nobody" | "first";
  /** Opens the scene. Resolves when the page shows the scene. */
  open(page: Page, world: World): Promise<unknown>;
  /** Patterns of problems that the scene may cause. `openScene` passes the patterns to `watch.expect`. */
  expects?: readonly RegExp[];
};

/** Makes the scenes of one viewer. `openings`: how to open each scene, by its name. */
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

/** Returns a function that loads a page, and waits until the page shows this text. */
export function showing(path: string, text: string): Scene["open"] {
  return async (page) => {
    await page.goto(path);
    await page.getByText(text).first().waitFor();
  };
}

/** Opens a scene in a new browser context. The caller must call `close` of the returned person. */
export async function openScene(
  browser: Browser,
  { scene, world, ...options }: PersonOptions & { scene: Scene; world: World },
): Promise<Person> {
  const { by, expects = [] } = scene;
  const service = by === "first" ? world.emptyService : world.service;
  const storageState = { cookies: await cookiesOf(by, world), origins: [] };
  const viewer = await openPerson(browser, { ...options, storageState, service, name: by, hasAccount: false });
  for (const pattern of expects) viewer.watch.expect(pattern);
  await scene.open(viewer.page, world);
  return viewer;
}

/** Returns the session cookies of a viewer. A visitor has none. */
async function cookiesOf(by: Scene["by"], world: World): Promise<Cookie[]> {
  return by === "nobody" || by === "first" ? [] : world[by].context.cookies();
}

/** Changes properties of the JSON responses to these requests of the page. */
// biome-ignore lint/suspicious/noExplicitAny: the callers know the responses
type Change = object | ((response: any) => object);

export function alterResponses(page: Page, url: string | RegExp, change: Change): Promise<unknown> {
  return page.route(url, async (route) => {
    const found = await responseTo(route);
    if (found === undefined) return;
    const json = JSON.parse(found.body);
    await route.fulfill({
      response: found.response,
      json: { ...json, ...(typeof change === "function" ? change(json) : change) },
    });
  });
}

/** The response of a service whose database does not respond. */
export const UNAVAILABLE = { status: 503, json: { code: "database_unavailable", message: "", status: 503 } };

/** Makes the page believe that the service can send mails. */
export const withMail = (page: Page) => alterResponses(page, "**/instance", { mail: true });
/** Makes the page believe that its user is an administrator, because the world has no administrator. */
export const asAdministrator = (page: Page) => alterResponses(page, "**/me", { isAdmin: true });

/** Opens scenes one after another, without a new browser context for each scene. */
export type Stage = {
  /** Opens a scene in a new page. The browser has the cached code of the app, but no other stored data. */
  open(scene: Scene): Promise<Shown>;
};

type Shown = {
  page: Page;
  watch: Watch;
  /** Closes the page. Rejects after an unexpected problem of the page. */
  close(): Promise<void>;
};

type StageOptions = { world: World; prepare: (context: BrowserContext) => Promise<unknown> };

/**
 * Makes a stage. All scenes of a viewer share one browser context, because a new context would compile the app and axe-core again.
 * `prepare`: called for each new context.
 */
export function makeStage(browser: Browser, { world, prepare }: StageOptions): Stage {
  const profiles = new Map<Scene["by"], Promise<ReusableProfile>>();
  async function openProfile(by: Scene["by"]): Promise<ReusableProfile> {
    const service = by === "first" ? world.emptyService : world.service;
    const profile = await openReusableProfile(browser, { service });
    await prepare(profile.context);
    return profile;
  }
  const profileOf = (by: Scene["by"]) => {
    const known = profiles.get(by) ?? openProfile(by);
    profiles.set(by, known);
    return known;
  };
  return {
    async open(scene) {
      const { context, watch, closePages, clear } = await profileOf(scene.by);
      await closePages();
      await clear(await cookiesOf(scene.by, world));
      for (const pattern of scene.expects ?? []) watch.expect(pattern);
      const page = await context.newPage();
      await scene.open(page, world);
      return {
        page,
        watch,
        async close() {
          await page.close();
          throwProblems({ name: scene.by, watch });
        },
      };
    },
  };
}
