import type { Browser } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { launchChromium } from "../../testing/chromium.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import { startWebService, type WebService } from "./service.ts";

/** For the tests of one `describe`: a service with the web app and a browser, there from its first test to its last. */
export type Web = {
  service: WebService;
  browser: Browser;
  /** Someone for this test alone, signed up and in; the test fails when their pages did anything that it did not expect. */
  person(name: string, options?: PersonOptions): Promise<Person>;
};

/** To be called in a `describe`. `env`: settings of the service. */
export function startWeb({ env = {} }: { env?: Record<string, string> } = {}): Web {
  let started: { service: WebService; browser: Browser } | undefined;
  const running = () => {
    if (started === undefined) throw new Error("The service runs from the first test on, not before");
    return started;
  };
  beforeAll(async () => {
    const [service, browser] = await Promise.all([startWebService(env), launchChromium()]);
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
