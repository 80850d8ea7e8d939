import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type Client, createClient, memoryStore } from "../../../../packages/client/src/index.ts";
import type { WebService } from "./service.ts";
import { type Watch, watchPages } from "./watch.ts";

export const PASSWORD = "correct horse battery staple";
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** A user or visitor with a separate browser context. */
export type Person = {
  name: string;
  email: string;
  /** The user id. Empty if the person has no account. */
  id: string;
  context: BrowserContext;
  /** The page of the person. Its methods accept paths of the service, such as `page.goto("/shared")`. */
  page: Page;
  /** An API client that is signed in with the same session. Tests use it to make data and to check results. */
  client: Client;
  watch: Watch;
  /** Throws if `watch` has an unexpected problem. */
  throwProblems(): void;
  /** Closes the browser context. Rejects if `watch` has an unexpected problem. */
  close(): Promise<void>;
};

export type PersonOptions = BrowserContextOptions & {
  /** Whether the person has an account and is signed in. Default true. */
  hasAccount?: boolean;
  /** The domain of the email address. Default: a new domain, because other tests have people with the same name. */
  emailDomain?: string;
};

/** Opens a browser context and, unless `hasAccount` is false, creates an account and signs in. Opens no page of the app. */
export async function openPerson(
  browser: Browser,
  {
    service,
    name,
    hasAccount = true,
    emailDomain = newDomain(),
    ...options
  }: PersonOptions & { service: WebService; name: string },
): Promise<Person> {
  const email = `${name.toLowerCase().replace(/\W+/g, ".")}@${emailDomain}`;
  const context = await browser.newContext({
    baseURL: service.url,
    locale: "en-GB",
    reducedMotion: "reduce",
    ...DESKTOP,
    ...options,
  });
  // This timeout is shorter than the timeout of a test, so the error of a test names the element that did not appear.
  context.setDefaultTimeout(25_000);
  const id = hasAccount ? await signUp(context, { service, name, email }) : "";
  const watch = await watchPages(context);
  const throwProblems = () => {
    if (watch.problems.length === 0) return;
    throw new Error(`In the browser of ${name}:\n${watch.problems.join("\n")}`);
  };
  return {
    name,
    email,
    id,
    context,
    page: await context.newPage(),
    watch,
    throwProblems,
    client: createClient({ baseUrl: service.url, store: memoryStore(), fetch: fetchAs(context, service) }),
    async close() {
      await context.close();
      throwProblems();
    },
  };
}

const newDomain = () => `${randomBytes(3).toString("hex")}.test`;

type Account = { service: WebService; name: string; email: string };

async function signUp(context: BrowserContext, { service, name, email }: Account): Promise<string> {
  // Sends a random IP address for each person, because the service limits the sign-ups from one IP address.
  const headers = { origin: service.url, "x-forwarded-for": ["10", ...randomBytes(3)].join(".") };
  const answer = await context.request.post("/auth/sign-up/email", {
    headers,
    data: { name, email, password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(`The sign-up of ${email} was answered ${answer.status()}: ${await answer.text()}`);
  return ((await answer.json()) as { user: { id: string } }).user.id;
}

/** Makes a `fetch` that sends the cookies of the browser to the service, but not to the bucket. */
function fetchAs(context: BrowserContext, { url }: WebService): typeof fetch {
  return async (input, init) => {
    if (!String(input).startsWith(url)) return fetch(input, init);
    const cookie = (await context.cookies(url)).map(({ name, value }) => `${name}=${value}`).join("; ");
    return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie, origin: url } });
  };
}
