import type { Browser, BrowserContext, BrowserContextOptions, Cookie } from "playwright-core";
import type { WebService } from "./service.ts";
import { type Watch, watchPages } from "./watch.ts";

export const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** A browser context with a record of its requests and problems. */
export type Profile = { context: BrowserContext; watch: Watch };

export async function openProfile(
  browser: Browser,
  { service, ...options }: BrowserContextOptions & { service: WebService },
): Promise<Profile> {
  const context = await browser.newContext({
    baseURL: service.url,
    locale: "en-GB",
    reducedMotion: "reduce",
    ...DESKTOP,
    ...options,
  });
  // Shorter than the timeout of a test, so that the error of a test names the element that did not appear.
  context.setDefaultTimeout(25_000);
  return { context, watch: await watchPages(context) };
}

/**
 * A profile that several people or scenes use, one after another. The browser process of the profile has already compiled the code of the
 * app.
 */
export type ReusableProfile = Profile & {
  /** Closes the pages of the last user. */
  closePages(): Promise<void>;
  /** Removes all stored data of the last user. The cleared profile has only the given cookies. */
  clear(cookies?: Cookie[]): Promise<void>;
  /** Returns whether the context has scripts or functions that `clear` cannot remove. */
  isSpent(): boolean;
};

const STORED = "local_storage,indexeddb,file_systems,service_workers,cache_storage";

export async function openReusableProfile(
  browser: Browser,
  options: BrowserContextOptions & { service: WebService },
): Promise<ReusableProfile> {
  const { context, watch } = await openProfile(browser, options);
  let isSpent = false;
  for (const name of ["addInitScript", "exposeFunction"] as const) {
    const add = context[name].bind(context) as (...given: unknown[]) => Promise<unknown>;
    Object.assign(context, {
      [name](...given: unknown[]) {
        isSpent = true;
        return add(...given);
      },
    });
  }
  // A fake clock also stays for all later pages.
  const install = context.clock.install.bind(context.clock);
  context.clock.install = (options) => {
    isSpent = true;
    return install(options);
  };
  // Without an open page, Chromium would end the process with the compiled code.
  const idle = await context.newPage();
  const storage = await context.newCDPSession(idle);
  return {
    context,
    watch,
    isSpent: () => isSpent,
    async closePages() {
      for (const page of context.pages()) if (page !== idle) await page.close();
    },
    async clear(cookies = []) {
      await context.unrouteAll({ behavior: "ignoreErrors" });
      await context.setOffline(false);
      await context.clearPermissions();
      await context.setExtraHTTPHeaders({});
      for (const origin of [options.service.url, options.service.bucketOrigin]) {
        await storage.send("Storage.clearDataForOrigin", { origin, storageTypes: STORED });
      }
      await context.clearCookies();
      await context.addCookies(cookies);
      watch.clear();
    },
  };
}
