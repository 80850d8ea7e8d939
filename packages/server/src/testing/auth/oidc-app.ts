import type { LightMyRequestResponse } from "fastify";
import { expect, onTestFinished } from "vitest";
import type { TestEngine } from "../database/test-databases.ts";
import { type AccountsOptions, ADDRESS, cookieOf, useAccounts } from "./accounts-app.ts";
import { type Claims, startOidcProvider } from "./oidc-provider.ts";

export const PUBLIC_URL = "http://localhost:3000";
export const CALLBACK = "/auth/callback/oidc";
export const ANN: Claims = { sub: "ann-1", email: ADDRESS, email_verified: true, name: "Ann" };
export const BEN: Claims = { sub: "ben-2", email: "ben@example.com", email_verified: true, name: "Ben" };

type ProviderOptions = Omit<Parameters<typeof startOidcProvider>[0], "redirectUri">;
type Options = AccountsOptions & { provider?: ProviderOptions };

/**
 * Returns a function that opens accounts and an identity provider, where Ann is signed in. Both stop when the current test ends. The tests
 * of the enclosing `describe` share one database, and each call deletes its accounts.
 */
export function useOidc(engine: TestEngine) {
  const openAccounts = useAccounts(engine);
  return (options?: Options) => openOidc(openAccounts, options);
}

async function openOidc(
  openAccounts: ReturnType<typeof useAccounts>,
  { provider: ofProvider, ...options }: Options = {},
) {
  const provider = await startOidcProvider({ redirectUri: PUBLIC_URL + CALLBACK, ...ofProvider });
  const service = await openAccounts({ oidc: provider.config, ...options });
  onTestFinished(async () => {
    await service.close();
    await provider.stop();
  });
  provider.setPerson(ANN);

  const begin = (body: object = {}, headers: Record<string, string> = {}) =>
    service.call("POST", "/auth/sign-in/oidc", { body, headers });

  /** Signs in at the identity provider. Returns the callback URL and the cookie of the browser. */
  async function go(body: object = {}) {
    const started = await begin(body);
    expect(started.statusCode, started.body).toBe(200);
    const { origin, pathname, search } = await provider.visit(started.json().url);
    expect(origin + pathname).toBe(PUBLIC_URL + CALLBACK);
    return { back: pathname + search, cookie: cookieOf(started) };
  }

  const finish = ({ back, cookie }: { back: string; cookie?: string }) =>
    service.call("GET", back, cookie === undefined ? {} : { cookie });

  return {
    ...service,
    provider,
    begin,
    go,
    finish,
    signInAtProvider: async (body: object = {}) => finish(await go(body)),
    /** Returns the id of the user for whom the response started a session. */
    who: async (answer: LightMyRequestResponse): Promise<string> =>
      (await service.call("GET", "/whoami", { cookie: cookieOf(answer) })).json().userId,
    /** Returns the rows with the sign-in methods of all accounts. */
    // biome-ignore lint/suspicious/noExplicitAny: the schema types do not cover the library's tables
    rows: (): Promise<any[]> =>
      service.db
        .selectFrom("auth_accounts" as never)
        .selectAll()
        .execute(),
  };
}

/** Expects a redirect to the sign-in page with an error code and without a session. */
export function expectRefusal(answer: LightMyRequestResponse, code: string): void {
  expect([answer.statusCode, answer.headers.location]).toEqual([302, `/sign-in?error=${code}`]);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.cookies.filter(({ name, value }) => name.includes("session") && value !== "")).toEqual([]);
}
