import type { BrowserContext, ConsoleMessage, Page, Response } from "playwright-core";

/** The requests and problems of all pages of one person. */
export type Watch = {
  /** All requests so far, by the origin of their URL. Requests for `blob:` and `data:` URLs are left out. */
  requests: ReadonlyMap<string, readonly { method: string; url: string }[]>;
  /** The problems so far: console errors, policy violations, uncaught errors, and requests that failed or got 4xx or 5xx. */
  problems: readonly string[];
  /** Ignores problems that match the pattern from now on, for example /^403 GET .*\/url/. */
  expect(pattern: RegExp): void;
  /** Forgets the requests, the problems and the expected patterns. */
  clear(): void;
};

// Ignores console errors that match, because the response or the policy event has already reported the same problem.
const REPEATED = /^Failed to load resource|Content Security Policy/;
// No problem: the page aborted the request, or the browser turned the request into a download.
const GIVEN_UP = "net::ERR_ABORTED";
// A page repeats its requests automatically. If the session has just ended, such a request gets 401, which is no problem.
const WITHOUT_SESSION = /^401 GET /;

declare const document: {
  addEventListener(
    type: string,
    then: (event: { violatedDirective: string; blockedURI: string; sample: string }) => void,
  ): void;
};

/** Records the requests and problems of all pages of a context from now on. */
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

/** Holds every request of the page whose URL matches `path`, until `release` is called. */
export async function holdRequests(page: Page, path: RegExp): Promise<{ release(): void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(path, async (route) => {
    await promise;
    await route.continue().catch(() => undefined);
  });
  return { release: resolve };
}

/** Makes every save of a note fail with 500 until `release`. Other requests succeed, so the page does not report an outage. */
export async function refuseSaves(page: Page): Promise<{ release(): Promise<void> }> {
  const path = /\/notes\//;
  await page.route(path, (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 500, body: "{}" }) : route.continue(),
  );
  return { release: () => page.unroute(path) };
}
