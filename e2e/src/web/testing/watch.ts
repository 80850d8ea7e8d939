import type { BrowserContext, ConsoleMessage, Page, Response } from "playwright-core";

/** What the pages of one person did. */
export type Watch = {
  /** Every request so far, by its origin, `blob:` and `data:` left out. */
  requests: ReadonlyMap<string, readonly { method: string; url: string }[]>;
  /** What must not happen and did: console errors, violations of the policy, uncaught errors, refused and failed requests. */
  problems: readonly string[];
  /** From now on a problem that the pattern matches is part of the test, for example /^403 GET .*\/url/. */
  expect(pattern: RegExp): void;
};

// The browser's console repeats what is told by the response or by the policy's own event.
const REPEATED = /^Failed to load resource|Content Security Policy/;
// A request that the page itself gave up, and one that became a download.
const GIVEN_UP = "net::ERR_ABORTED";

declare const document: {
  addEventListener(
    type: string,
    then: (event: { violatedDirective: string; blockedURI: string; sample: string }) => void,
  ): void;
};

/** Watches all pages of a context from now on. */
export async function watchPages(context: BrowserContext): Promise<Watch> {
  const requests = new Map<string, { method: string; url: string }[]>();
  const problems: string[] = [];
  const expected: RegExp[] = [];
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
  return { requests, problems, expect: (pattern) => void expected.push(pattern) };
}

/** Every request to the service from now on waits until `release` is called, for what is shown meanwhile. `path`: a part of the address. */
export async function holdRequests(page: Page, path: RegExp): Promise<{ release(): void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(path, async (route) => {
    await promise;
    await route.continue().catch(() => undefined);
  });
  return { release: resolve };
}

/** Has the service take nothing that is written on a note, until `release`. What is answered is said by something else than a Valet Key. */
export async function refuseSaves(page: Page): Promise<{ release(): Promise<void> }> {
  const path = /\/notes\//;
  await page.route(path, (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 503, body: "{}" }) : route.continue(),
  );
  return { release: () => page.unroute(path) };
}
