import type { APIResponse, BrowserContext, ConsoleMessage, Page, Response, Route } from "playwright-core";

/** The requests and problems of all pages of one person. */
export type Watch = {
  /** All requests so far, by the origin of their URL, without requests for `blob:` and `data:` URLs. */
  requests: ReadonlyMap<string, readonly { method: string; url: string }[]>;
  /** The problems so far: console errors, policy violations, uncaught errors, failed requests, and responses with status 4xx or 5xx. */
  problems: readonly string[];
  /** Ignores later problems that match the pattern, such as /^403 GET .*\/url/. */
  expect(pattern: RegExp): void;
  /** Forgets the requests, the problems and the expected patterns. */
  clear(): void;
};

// Console errors that only repeat a problem, because the response or the policy event has already reported it.
const REPEATED = /^Failed to load resource|Content Security Policy/;
// Not a problem: the page has aborted the request, or the browser has turned it into a download.
const GIVEN_UP = "net::ERR_ABORTED";
// Not a problem: a page repeats requests automatically, and gets 401 if the session has just ended.
const WITHOUT_SESSION = /^401 GET /;

declare const document: {
  addEventListener(
    type: string,
    then: (event: { violatedDirective: string; blockedURI: string; sample: string }) => void,
  ): void;
};

/** Records all later requests and problems of the pages of a context. */
export async function watchPages(context: BrowserContext): Promise<Watch> {
  const requests = new Map<string, { method: string; url: string }[]>();
  const problems: string[] = [];
  const expected: RegExp[] = [WITHOUT_SESSION];
  const report = (problem: string) => {
    if (!expected.some((pattern) => pattern.test(problem))) problems.push(problem);
  };
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      console.error(`VIOLATION ${violatedDirective} ${blockedURI} ${sample}`),
    ),
  );
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol === "blob:" || protocol === "data:") return;
    const known = requests.get(origin) ?? [];
    known.push({ method: request.method(), url: request.url() });
    requests.set(origin, known);
  });
  context.on("response", (response: Response) => {
    if (response.status() < 400) return;
    report(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "failed";
    if (reason !== GIVEN_UP) report(`${reason} ${request.method()} ${request.url()}`);
  });
  context.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error" && !REPEATED.test(message.text())) report(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => report(`uncaught: ${error.error().stack ?? error.error().message}`));
  return {
    requests,
    problems,
    expect: (pattern) => void expected.push(pattern),
    clear() {
      requests.clear();
      problems.length = 0;
      expected.splice(0, expected.length, WITHOUT_SESSION);
    },
  };
}

/**
 * Returns the response of the service to a request of a page, or undefined if the page closes first. An error in a route of a closed page
 * would fail the run, even if all tests have passed.
 */
export async function responseTo(route: Route): Promise<{ response: APIResponse; body: string } | undefined> {
  try {
    const response = await route.fetch();
    return { response, body: await response.text() };
  } catch {
    return undefined;
  }
}

/** Holds every request of the page whose URL matches `path`, until `release` is called. */
export async function holdRequests(page: Page, path: RegExp): Promise<{ release(): void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(path, async (route) => {
    await promise;
    await route.continue().catch(() => undefined);
  });
  return { release: resolve };
}

/**
 * Makes every request that saves a note fail with 500 until `release`. All other requests succeed, so the page does not report an outage.
 */
export async function refuseSaves(page: Page): Promise<{ release(): Promise<void> }> {
  const path = /\/notes\//;
  await page.route(path, (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 500, body: "{}" }) : route.continue(),
  );
  return { release: () => page.unroute(path) };
}
