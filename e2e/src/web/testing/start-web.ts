import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { type ChromiumOptions, launchChromium } from "../../testing/chromium.ts";
import { enter, openPerson, type Person, type PersonOptions, PHONE } from "./person.ts";
import { openReusableProfile, type ReusableProfile } from "./profile.ts";
import { startWebService, type WebService } from "./service.ts";

/** A service with the web app, and a browser. The tests of one `describe` use them. */
export type Web = {
  service: WebService;
  browser: Browser;
  /** Opens a page for a new, signed-in person, until the end of the test. The test fails if a page has an unexpected problem. */
  person(name: string, options?: PersonOptions): Promise<Person>;
};

type WebOptions = ChromiumOptions & {
  /** The settings of a service that starts only for this `describe`. Default: the tests use the shared service. */
  env?: Record<string, string>;
  /**
   * Whether the browser of a person may have cached the code of the app in an earlier test. Without the cache, the `describe` has its own
   * browser. Default: true.
   */
  hasCache?: boolean;
};

/** The profiles for the next tests, by screen. People with other options get a new profile. */
type FreeProfiles = ReadonlyMap<string, ReusableProfile[]>;

const freeProfiles = (): FreeProfiles => new Map([{}, PHONE].map((screen) => [JSON.stringify(screen), []]));

// The test files of one worker process share a browser, because the start of a browser takes longer than many browser tests. The browser
// ends with the worker process.
let sharedBrowser: Promise<Browser> | undefined;
const shareBrowser = () => (sharedBrowser ??= launchChromium({ reusesProcess: true }));
/** The profiles of the shared browser that use the shared service. */
const sharedProfiles = freeProfiles();

/** Provides a browser before the first test of a `describe`. With `env`, also starts a service. */
export function startWeb({ env, hasCache = true, ...chromium }: WebOptions = {}): Web {
  let started: { service: WebService; browser: Browser } | undefined;
  const running = () => {
    if (started === undefined) throw new Error("The service starts before the first test");
    return started;
  };
  const sharesBrowser = hasCache && Object.keys(chromium).length === 0;
  const ownProfiles: FreeProfiles = hasCache ? freeProfiles() : new Map();
  const free = sharesBrowser && env === undefined ? sharedProfiles : ownProfiles;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const launched = sharesBrowser ? shareBrowser() : launchChromium({ ...chromium, reusesProcess: hasCache });
    const [service, browser] = await Promise.all([env && startWebService(env), launched]);
    stops.push(
      async () => {
        for (const { context } of [...ownProfiles.values()].flat()) await context.close();
      },
      async () => {
        if (!sharesBrowser) await browser.close();
      },
      async () => service?.stop(),
    );
    started = { service: service ?? inject("webService"), browser };
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  return {
    get service() {
      return running().service;
    },
    get browser() {
      return running().browser;
    },
    async person(name, options = {}) {
      const { service, browser } = running();
      const { hasAccount, emailDomain, ...screen } = options;
      const profiles = free.get(JSON.stringify(screen));
      if (profiles === undefined) {
        const person = await openPerson(browser, { ...options, service, name });
        onTestFinished(person.close);
        return person;
      }
      const profile = profiles.pop() ?? (await openReusableProfile(browser, { ...screen, service }));
      const person = await enter(profile, { service, name, hasAccount, emailDomain, leave: profile.closePages });
      onTestFinished(async () => {
        await person.close();
        if (profile.isSpent()) return profile.context.close();
        await profile.clear();
        profiles.push(profile);
      });
      return person;
    },
  };
}
