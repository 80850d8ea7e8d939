import type { Browser, Page } from "playwright-core";
import { collectScripts, firstRowAt, layoutShift, type ScriptFile, watchFigures } from "./measure.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import type { WebService } from "./service.ts";

export type ColdLoad = {
  scripts: ScriptFile[];
  /** The size after gzip at level 9 of zlib. The encoding that the browser received has no effect. */
  gzipBytes: number;
  /** 0 if nothing moved. */
  layoutShift: number;
  /** The time at which the first row of the list appeared. Undefined if there is no list. Milliseconds. */
  firstRowAt: number | undefined;
};

type ColdLoadOptions = PersonOptions & {
  service: WebService;
  /** The owner of the session. Without it, the visitor is not signed in. */
  as?: Person;
  path: string;
  /** Resolves when the page shows its main content. */
  ready: (page: Page) => Promise<unknown>;
};

/** Loads one page in a browser with an empty cache, and waits until no request is left. */
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
