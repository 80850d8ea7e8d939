import type { Browser, Page } from "playwright-core";
import { collectScripts, firstRowAt, layoutShift, type ScriptFile, watchFigures } from "./measure.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import type { WebService } from "./service.ts";

export type ColdLoad = {
  scripts: ScriptFile[];
  /** The size of all scripts after gzip at level 9 of zlib. This size does not depend on the encoding that the service sent. */
  gzipBytes: number;
  /** The sum of all layout shifts: 0 if nothing on the page moved. */
  layoutShift: number;
  /** The time from the start of the load until the first row of the list appeared. Undefined if there is no list. Milliseconds. */
  firstRowAt: number | undefined;
};

type ColdLoadOptions = PersonOptions & {
  service: WebService;
  /** The signed-in user whose session the browser gets. Default: the browser is not signed in. */
  as?: Person;
  path: string;
  /** Resolves when the page shows its main content. */
  ready: (page: Page) => Promise<unknown>;
};

/** Loads one page in a browser with an empty cache, and waits until all requests have finished. */
export async function loadCold(
  browser: Browser,
  { service, as, path, ready, ...options }: ColdLoadOptions,
): Promise<ColdLoad> {
  const visitor = await openPerson(browser, {
    ...options,
    service,
    name: `${as?.name ?? "Nobody"} anew`,
    hasAccount: false,
    ...(as !== undefined && { storageState: await as.context.storageState() }),
  });
  const { page } = visitor;
  await watchFigures(page);
  const scripts = collectScripts(page);
  await page.goto(path);
  await ready(page);
  await page.waitForLoadState("networkidle");
  const files = await scripts();
  const gzipBytes = files.reduce((sum, each) => sum + each.gzipBytes, 0);
  const load = { scripts: files, gzipBytes, layoutShift: await layoutShift(page), firstRowAt: await firstRowAt(page) };
  await visitor.close();
  return load;
}
