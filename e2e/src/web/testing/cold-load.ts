import type { Browser, Page } from "playwright-core";
import { collectScripts, firstRowAt, layoutShift, type ScriptFile, watchFigures } from "./measure.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import type { WebService } from "./service.ts";

export type ColdLoad = {
  scripts: ScriptFile[];
  gzipBytes: number;
  /** 0: nothing moved. */
  layoutShift: number;
  /** When the first row of the list was there, in milliseconds; undefined: there is no list. */
  firstRowAt: number | undefined;
};

type ColdLoadOptions = PersonOptions & {
  service: WebService;
  /** Whose session it is; undefined: nobody's. */
  as?: Person;
  path: string;
  /** Resolves when what the page is for is there. */
  ready: (page: Page) => Promise<unknown>;
};

/** Loads one page in a browser that has nothing of the service yet, and waits until nothing more is asked for. */
export async function loadCold(
  browser: Browser,
  { service, as, path, ready, ...options }: ColdLoadOptions,
): Promise<ColdLoad> {
  const visitor = await openPerson(browser, {
    ...options,
    ...{ service, name: `${as?.name ?? "Nobody"} anew`, hasAccount: false },
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
