import { randomBytes } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import type { KyselyPlugin } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll } from "vitest";
import { createAuthenticator } from "../../features/accounts/callers/authenticator.ts";
import { createAccounts as createAccountVerbs } from "../../features/accounts/index.ts";
import { type Accounts, createAccounts } from "../../features/accounts/library/accounts.ts";
import type { OidcProvider } from "../../features/accounts/library/oidc.ts";
import { recordBrowser } from "../../features/accounts/own/known-browsers.ts";
import { authenticateSession } from "../../features/accounts/own/owner.ts";
import { limitAccountRequests } from "../../features/accounts/own/request-limits.ts";
import { createHashTurns } from "../../features/links/hash-password.ts";
import { createPeople } from "../../features/people/index.ts";
import { peopleQueries } from "../../features/people/queries.ts";
import { createLivePolicy, fixedPolicy } from "../../features/policy/live-policy.ts";
import { createSharing } from "../../features/sharing/index.ts";
import type { Identity } from "../../features/sharing/sign-up.ts";
import { defaultLimits } from "../../platform/config/index.ts";
import type { EmailProof } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { type LimitCountQueries, limitCountQueries } from "../../platform/limits/in-database.ts";
import type { TestDatabase, TestEngine } from "../database/test-databases.ts";
import { withQueries } from "../database/with-queries.ts";
import { testLinkKeys } from "../link-keys.ts";
import { createMailbox } from "./mailbox.ts";
import { TEST_JWT_SECRET } from "./test-jwt.ts";
import { createWhoamiApp } from "./whoami-app.ts";

export const PASSWORD = "correct horse battery";
export const ADDRESS = "ann@example.com";

type Person = {
  id: string;
  email: string | undefined;
  emailProvenBy?: EmailProof | undefined;
  name: string | undefined;
  isAdmin: boolean;
};
type CallOptions = { body?: unknown; cookie?: string; headers?: Record<string, string>; remoteAddress?: string };

export type AccountsOptions = {
  publicUrl?: string;
  signUp?: "open" | "closed";
  oidc?: OidcProvider;
  oidcDeadline?: () => AbortSignal;
  trustProxy?: boolean;
  log?: string[];
  /** Whether the service queues mails about new sign-ins. Default: false. */
  queuesMail?: boolean;
};

type AccountsDatabase = TestDatabase & { clock: { aheadMs: number } };

async function openDatabase(engine: TestEngine): Promise<AccountsDatabase> {
  const clock = { aheadMs: 0 };
  return { ...(await engine.open({ clock: () => Date.now() + clock.aheadMs })), clock };
}

/** Deletes the rows of all accounts. The other account tables refer to `auth_users`, so the database also deletes their rows. */
async function empty({ db, clock }: AccountsDatabase): Promise<void> {
  clock.aheadMs = 0;
  await db.transaction(async ({ kysely }) => {
    for (const table of ["auth_users", "people", "disabled_users", "limit_counts", "mails"] as const)
      await kysely.deleteFrom(table).execute();
  });
}

/**
 * Opens one database for the tests of the enclosing `describe`, because a new database takes longer than most of these tests. Returns
 * `openAccounts` for this database. Each call of `openAccounts` deletes the accounts of earlier calls.
 */
export function useAccounts(engine: TestEngine): (options?: AccountsOptions) => Promise<AccountsApp> {
  let database: AccountsDatabase | undefined;
  beforeAll(async () => {
    database = await openDatabase(engine);
  });
  afterAll(() => database?.close());
  return async (options) => {
    if (database === undefined) throw new Error("The database is open only while tests run.");
    await empty(database);
    return openOn(database, options);
  };
}

/** Opens accounts on a new database. */
export async function openAccounts(engine: TestEngine, options?: AccountsOptions) {
  const database = await openDatabase(engine);
  const service = openOn(database, options);
  return {
    ...service,
    async close() {
      await service.close();
      await database.close();
    },
  };
}

/** Adds the account routes as the service does, and the test route /whoami. */
function openOn(database: AccountsDatabase, options: AccountsOptions = {}) {
  const { publicUrl = "http://localhost:3000", signUp = "open", oidc, oidcDeadline, ...others } = options;
  const { queuesMail = false, ...appOptions } = others;
  const mail = queuesMail ? { mailer: createMailbox().mailer, publicUrl, onQueued: () => undefined } : undefined;
  const people = new Map<string, Person>();
  let isDown = false;
  const { db } = database;
  const clock = () => Date.now() + database.clock.aheadMs;
  // During a simulated outage, the plugin throws the same error as the database layer in a real outage.
  const outage: KyselyPlugin = {
    transformQuery({ node }) {
      if (isDown) throw down();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const down = () => new DomainError("database_unavailable", "The database can't be reached");
  const rememberPerson = async ({ id, email, emailProvenBy, name }: Identity) => {
    people.set(id, { id, email: email ?? undefined, emailProvenBy, name, isAdmin: false });
  };
  const newSecret = () => randomBytes(32).toString("base64url");
  async function withdrawEmailProof(userId: string, provenBy: EmailProof): Promise<void> {
    const person = people.get(userId);
    if (person?.emailProvenBy === provenBy) people.set(userId, { ...person, emailProvenBy: undefined });
  }
  const values = { ...fixedPolicy(defaultLimits()).values, "sign-up": signUp };
  const policy = createLivePolicy({ values, fixed: [] });
  const hashTurns = createHashTurns();
  const take: LimitCountQueries["take"] = async (...request) => {
    if (isDown) throw down();
    return limitCountQueries(db).take(...request);
  };
  const openReplica = (other: { oidc?: OidcProvider } = {}) => {
    const deps = {
      ...{ db, clock, newId: uuidv7, newSecret, linkKeys: testLinkKeys, mail: undefined, policy },
    } as unknown as Deps;
    const limited = { ...deps, db: { ...db, built: withQueries(db, limitCountQueries, { take }) } };
    const accounts: Accounts = createAccounts({
      db: {
        ...db,
        kysely: db.kysely.withPlugin(outage),
        built: withQueries(db, peopleQueries, { withdrawEmailProof }),
      },
      useCases: {
        ...createAccountVerbs(deps),
        ...createPeople(deps),
        ...createSharing(deps),
        hashTurns,
        rememberAccount: rememberPerson,
        async authenticateSession(token) {
          if (isDown) throw down();
          return authenticateSession(deps)(token);
        },
        recordBrowser: recordBrowser({ ...deps, mail }),
        limitAccountRequests: limitAccountRequests(limited),
      },
      secret: "p5Wq1YcB8sNe3RkT6vXz0LmD4hJg7aUf",
      publicUrl,
      signUp: () => signUp,
      oidc: other.oidc ?? oidc,
      oidcDeadline,
      newId: uuidv7,
    });
    const authenticate = createAuthenticator({
      jwt: { secret: TEST_JWT_SECRET },
      authenticateApiToken: async () => undefined,
      identifySubject: async ({ subject }) => ({ userId: subject }),
      accounts,
      publicUrl,
      clock,
    });
    const app = createWhoamiApp(authenticate, appOptions);
    app.register(accounts.routes, { prefix: "/auth" });
    return { accounts, app };
  };
  const { accounts, app } = openReplica();
  const { origin } = new URL(publicUrl);

  async function call(method: "GET" | "POST", url: string, { body, cookie, headers, remoteAddress }: CallOptions = {}) {
    return app.inject({
      method,
      url,
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      headers: { ...(method === "POST" ? { origin } : {}), ...(cookie === undefined ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  }
  return {
    people,
    db: db.kysely,
    accounts,
    app,
    openReplica,
    hashTurns,
    /** Moves the clock of the service. The accounts library has a separate clock, which does not move. */
    advance(milliseconds: number) {
      database.clock.aheadMs += milliseconds;
    },
    setDatabaseDown(down: boolean) {
      isDown = down;
    },
    call,
    signUp: (account: object = {}, extra: CallOptions = {}) =>
      call("POST", "/auth/sign-up/email", {
        ...extra,
        body: { email: ADDRESS, name: "Ann", password: PASSWORD, ...account },
      }),
    signIn: (account: object = {}, extra: CallOptions = {}) =>
      call("POST", "/auth/sign-in/email", { ...extra, body: { email: ADDRESS, password: PASSWORD, ...account } }),
    async close(): Promise<void> {
      await app.close();
    },
  };
}

export type AccountsApp = ReturnType<typeof openOn>;

/** Returns the Cookie header that a browser sends after a response. */
export function cookieOf(response: LightMyRequestResponse): string {
  return response.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; ");
}
