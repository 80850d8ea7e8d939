import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { type ChromiumOptions, launchChromium } from "../../testing/chromium.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import { startWebService, type WebService } from "./service.ts";

/** A service with the web app, and a browser. The tests of one `describe` use them. */
export type Web = {
  service: WebService;
  browser: Browser;
  /** Opens a browser context for a new, signed-in person, until the end of the test. The test fails if a page has an unexpected problem. */
  person(name: string, options?: PersonOptions): Promise<Person>;
};

type WebOptions = ChromiumOptions & {
  /** The settings of a service that starts only for this `describe`. Default: the tests use the shared service. */
  env?: Record<string, string>;
};

/** Starts a browser before the first test of a `describe`. With `env`, also starts a service. */
export function startWeb({ env, ...chromium }: WebOptions = {}): Web {
  let started: { service: WebService; browser: Browser } | undefined;
  const running = () => {
    if (started === undefined) throw new Error("The service starts before the first test");
    return started;
  };
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const [service, browser] = await Promise.all([env && startWebService(env), launchChromium(chromium)]);
    stops.push(
      () => browser.close(),
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
      const person = await openPerson(browser, { ...options, service, name });
      onTestFinished(person.close);
      return person;
    },
  };
}
