import type { Browser } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type ChromiumOptions, launchChromium } from "../../testing/chromium.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import { startWebService, type WebService } from "./service.ts";

/** A service with the web app and a browser for the tests of one `describe`. */
export type Web = {
  service: WebService;
  browser: Browser;
  /** Opens a signed-in person for this test. The test fails when their pages have an unexpected problem. */
  person(name: string, options?: PersonOptions): Promise<Person>;
};

/** Starts both before the first test of a `describe`. `env`: settings of the service. */
export function startWeb({ env = {}, ...chromium }: { env?: Record<string, string> } & ChromiumOptions = {}): Web {
  let started: { service: WebService; browser: Browser } | undefined;
  const running = () => {
    if (started === undefined) throw new Error("The service starts before the first test");
    return started;
  };
  beforeAll(async () => {
    const [service, browser] = await Promise.all([startWebService(env), launchChromium(chromium)]);
    started = { service, browser };
  });
  afterAll(async () => {
    await started?.browser.close();
    await started?.service.stop();
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
