import type { Browser, Cookie, Page } from "playwright-core";
import { openPerson, type Person, type PersonOptions } from "../testing/person.ts";
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
