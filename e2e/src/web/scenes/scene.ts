import type { Browser, Page } from "playwright-core";
import { openPerson, type Person, type PersonOptions } from "../testing/person.ts";
import type { World } from "./world.ts";

/** One state of the app. */
export type Scene = {
  /** The name of its screenshots, for example `note-uploading`. */
  name: string;
  /** The viewer: a user of the world, a visitor without a session, or the first visitor of a new service. */
  by: "ann" | "ben" | "zoe" | "nobody" | "first";
  /** Opens the scene. Resolves when it is on the page. */
  open(page: Page, world: World): Promise<unknown>;
  /** The problems that the pages of the scene may have, for `watch.expect`. */
  expects?: readonly RegExp[];
};

/** Opens a scene in a new browser context. The caller closes the person. */
export async function openScene(
  browser: Browser,
  { scene, world, ...options }: PersonOptions & { scene: Scene; world: World },
): Promise<Person> {
  const { by } = scene;
  const session = by === "nobody" || by === "first" ? {} : { storageState: await world[by].context.storageState() };
  const service = by === "first" ? world.emptyService : world.service;
  const person = await openPerson(browser, { ...options, ...session, service, name: scene.name, hasAccount: false });
  for (const pattern of scene.expects ?? []) person.watch.expect(pattern);
  await scene.open(person.page, world);
  return person;
}
