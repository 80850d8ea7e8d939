import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type Client, createClient, memoryStore } from "../../../../packages/client/src/index.ts";
import { openProfile, type Profile } from "./profile.ts";
import type { WebService } from "./service.ts";
import type { Watch } from "./watch.ts";

export const PASSWORD = "correct horse battery staple";
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A user or visitor with a separate browser context. */
export type Person = {
  name: string;
  email: string;
  /** The id of the user. Empty for a person without an account. */
  id: string;
  context: BrowserContext;
  /** The page of the person, whose methods accept paths of the service, such as `page.goto("/shared")`. */
  page: Page;
  /** An API client with the session of the browser, to make data and to check results. */
  client: Client;
  watch: Watch;
  /** Closes the browser context. Rejects after an unexpected problem of a page. */
  close(): Promise<void>;
};

export type PersonOptions = BrowserContextOptions & {
  /** Whether the person has an account and is signed in. Default: true. */
  hasAccount?: boolean | undefined;
  /** The domain of the email address. Default: a new domain, because people of other tests may have the same name. */
  emailDomain?: string | undefined;
};

/** Opens a browser context, creates an account and signs in, unless `hasAccount` is false. Opens no page of the app. */
export async function openPerson(
  browser: Browser,
  { service, name, hasAccount, emailDomain, ...options }: PersonOptions & { service: WebService; name: string },
): Promise<Person> {
  const profile = await openProfile(browser, { ...options, service });
  return enter(profile, { service, name, hasAccount, emailDomain, leave: () => profile.context.close() });
}

type Entry = Pick<PersonOptions, "hasAccount" | "emailDomain"> & {
  service: WebService;
  name: string;
  /** Closes the pages of the person. */
  leave: () => Promise<void>;
};

/** Makes a person with this browser context. */
export async function enter(
  { context, watch }: Profile,
  { service, name, hasAccount = true, emailDomain = newDomain(), leave }: Entry,
): Promise<Person> {
  const email = `${name.toLowerCase().replace(/\W+/g, ".")}@${emailDomain}`;
  return {
    name,
    email,
    id: hasAccount ? await signUp(context, { service, name, email }) : "",
    context,
    page: await context.newPage(),
    watch,
    client: createClient({ baseUrl: service.url, store: memoryStore(), fetch: fetchAs(context, service) }),
    async close() {
      await leave();
      throwProblems({ name, watch });
    },
  };
}

/** Throws if the pages of this person had an unexpected problem. */
export function throwProblems({ name, watch: { problems } }: Pick<Person, "name" | "watch">): void {
  if (problems.length > 0) throw new Error(`In the browser of ${name}:\n${problems.join("\n")}`);
}

const newDomain = () => `${randomBytes(3).toString("hex")}.test`;

type Account = { service: WebService; name: string; email: string };

async function signUp(context: BrowserContext, { service, name, email }: Account): Promise<string> {
  // Each person has a random IP address, because the service limits the sign-ups from one IP address.
  const headers = { origin: service.url, "x-forwarded-for": ["10", ...randomBytes(3)].join(".") };
  const answer = await context.request.post("/auth/sign-up/email", {
    headers,
    data: { name, email, password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(`The sign-up of ${email} was answered ${answer.status()}: ${await answer.text()}`);
  return ((await answer.json()) as { user: { id: string } }).user.id;
}

/** Returns a `fetch` that sends the cookies of the browser to the service, but not to the bucket. */
function fetchAs(context: BrowserContext, { url }: WebService): typeof fetch {
  return async (input, init) => {
    if (!String(input).startsWith(url)) return fetch(input, init);
    const cookie = (await context.cookies(url)).map(({ name, value }) => `${name}=${value}`).join("; ");
    return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie, origin: url } });
  };
}
