import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { type ChromiumOptions, launchChromium } from "../../testing/chromium.ts";
import { enter, openPerson, type Person, type PersonOptions, PHONE } from "./person.ts";
import { openReusableProfile, type ReusableProfile } from "./profile.ts";
import { startWebService, type WebService } from "./service.ts";

/** A service with the web app and a browser, for the tests of one `describe`. */
export type Web = {
  service: WebService;
  browser: Browser;
  /** Opens a page for a new, signed-in person, until the end of the test. The test fails after an unexpected problem of a page. */
  person(name: string, options?: PersonOptions): Promise<Person>;
};

type WebOptions = ChromiumOptions & {
  /** The settings of a service only for this `describe`. Default: the tests use the shared service. */
  env?: Record<string, string>;
  /**
   * Whether the browser of a person may have the code of the app in its cache from an earlier test. Use false in a test that takes the
   * browser offline or crashes a page. Default: true.
   */
  hasCache?: boolean;
};

/** Profiles that wait for the next person, by screen. People with other options get a new profile. */
type Free = Map<string, ReusableProfile[]>;

const makeFree = (): Free => new Map([{}, PHONE].map((screen) => [JSON.stringify(screen), []]));

/**
 * The browser of this worker process, and its profiles for the shared service. All test files of the worker use them, because a new browser
 * needs more time than most tests. The browser ends with the process.
 */
let sharedBrowser: Promise<Browser> | undefined;
const sharedProfiles = makeFree();

function shareBrowser(): Promise<Browser> {
  sharedBrowser ??= launchChromium({ reusesProcess: true });
  return sharedBrowser;
}

/**
 * Starts a browser before the first test of a `describe`. All test files share one service, and the test files of one worker share one
 * browser. With `env`, also starts a service with these settings, such as `{ URL_TTL_DEFAULT: "2" }`.
 *
 * A test fails at its end if a page had a problem: a console error, an uncaught error, a failed request, a response of 4xx or 5xx, or a
 * violation of the content security policy. A test that causes a problem on purpose first says so: `ann.watch.expect(/^403 GET /)`.
 *
 * @example
 * ```ts
 * const web = startWeb();
 *
 * it("lists the own notes", async () => {
 *   const ann = await web.person("Ann"); // a new account, signed in. With the option PHONE: the screen and touch input of a phone
 *   await seedNote(ann.client, { title: "Contract", files: [pdf("contract.pdf", ["Page 1"])] });
 *   await ann.page.goto("/");
 *   await ann.page.getByRole("link", { name: "Contract" }).click();
 * });
 * ```
 */
export function startWeb({ env, hasCache = true, ...chromium }: WebOptions = {}): Web {
  let started: { service: WebService; browser: Browser } | undefined;
  const running = () => {
    if (started === undefined) throw new Error("The service starts before the first test");
    return started;
  };
  const isShared = hasCache && Object.keys(chromium).length === 0;
  const free = env === undefined ? sharedProfiles : makeFree();
  const stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const launched = isShared ? shareBrowser() : launchChromium(chromium);
    const [service, browser] = await Promise.all([env && startWebService(env), launched]);
    if (!isShared) stops.push(() => browser.close());
    if (service !== undefined) {
      stops.push(() => Promise.all([...free.values()].flat().map(({ context }) => context.close())), service.stop);
    }
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
      const { hasAccount, emailDomain, permissions, extraHTTPHeaders, ...screen } = options;
      const profiles = isShared ? free.get(JSON.stringify(screen)) : undefined;
      if (profiles === undefined) {
        const person = await openPerson(browser, { ...options, service, name });
        onTestFinished(person.close);
        return person;
      }
      const profile = profiles.pop() ?? (await openReusableProfile(browser, { ...screen, service }));
      if (permissions) await profile.context.grantPermissions(permissions);
      if (extraHTTPHeaders) await profile.context.setExtraHTTPHeaders(extraHTTPHeaders);
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
