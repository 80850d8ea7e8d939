import { type BetterAuthPlugin, betterAuth } from "better-auth";
import type { FastifyBaseLogger, FastifyPluginAsync } from "fastify";
import { DomainError } from "../../domain/errors.ts";
import type { Caller } from "../../domain/person.ts";
import { createAccount, type NewAccount } from "./account-creation.ts";
import { type AccountHandler, accountRoutes } from "./account-routes.ts";
import { type AccountsConfig, accountsConfig } from "./accounts-config.ts";
import type { Identity } from "./identity.ts";
import { createOidc, type OidcProvider } from "./oidc.ts";
import { oidcRoutes } from "./oidc-routes.ts";

/** People who sign in here, with a password or an identity provider, and their sessions. */
export type Accounts = {
  /** Whose session the cookie is, asked of the database each time; undefined when it is nobody's. Throws `database_unavailable`. */
  findSession(cookieHeader: string): Promise<Caller | undefined>;
  /** Makes an account, also where sign-up is closed. Throws `invalid_request` or `email_taken`. */
  createAccount(account: NewAccount): Promise<{ id: string }>;
  /** How one gets in, for the page that asks. */
  ways: { signUp: "open" | "closed"; oidc: { name: string } | null };
  /** Whether anyone has an account; asked of the database until it is so, and never again. Throws `database_unavailable`. */
  hasAny(): Promise<boolean>;
  /** The pages' side of it: to be mounted at /auth. */
  routes: FastifyPluginAsync;
};

/**
 * Accounts on better-auth, in the service's own database; sessions last 7 days from when the app was last opened.
 *
 * An account's address is not proven, and yet becomes its name in the directory that sharing by address looks in: whoever signs up
 * first with an address is found by it. Where that matters, sign-up is closed (SECURITY.md).
 *
 * No account is an administrator by itself, not even the first, which may be a stranger's: only `valetkey user add --admin` makes one.
 */
export function createAccounts(
  options: AccountsConfig & {
    rememberPerson: (identity: Identity) => Promise<void>;
    /** Who else may say who someone is. Default: nobody. */
    oidc?: OidcProvider | undefined;
    /** Made for each request: aborts when the identity provider has taken too long. Default: after 10,000 milliseconds. */
    oidcDeadline?: (() => AbortSignal) | undefined;
  },
): Accounts {
  let logger: FastifyBaseLogger | undefined;

  async function remember({ id, email, name }: { id: string; email: string; name: string }): Promise<void> {
    await options.rememberPerson({ id, email, name });
  }

  const open = (plugin?: BetterAuthPlugin) =>
    betterAuth(
      accountsConfig({
        ...options,
        ...(plugin && { plugin }),
        onUserChange: remember,
        // Once more at each sign-in: the process may have ended between making the account and recording the person.
        async onSession({ userId }) {
          const user = await (await auth.$context).internalAdapter.findUserById(userId);
          if (user !== null) await remember(user);
        },
        log: (level, message, err) => logger?.[level](err === undefined ? {} : { err }, message),
      }),
    );
  const auth = open();
  const { oidc: provider, oidcDeadline: deadline } = options;
  const oidc = provider && createOidc({ provider, open, deadline });

  async function findSession(cookieHeader: string): Promise<Caller | undefined> {
    const headers = new Headers({ cookie: cookieHeader });
    // The answer has no cookie to renew: /auth/get-session, which pages call when they open, is what prolongs a session.
    const found = await auth.api.getSession({ headers, query: { disableRefresh: true } }).catch(rethrowCause);
    return found === null ? undefined : { userId: found.user.id };
  }

  // Accounts can't be deleted: what was true once stays true.
  let isAny = false;
  async function hasAny(): Promise<boolean> {
    isAny ||= (await (await auth.$context).internalAdapter.listUsers(1)).length > 0;
    return isAny;
  }

  return {
    findSession,

    async createAccount(account) {
      const { id } = await createAccount(await auth.$context, account);
      return { id };
    },

    ways: { signUp: options.signUp, oidc: provider === undefined ? null : { name: provider.name } },
    hasAny,

    async routes(app) {
      logger = app.log;
      const handler: AccountHandler = {
        publicUrl: options.publicUrl,
        handle: auth.handler,
        findSession,
        async endSession(cookieHeader) {
          await auth.api.signOut({ headers: new Headers({ cookie: cookieHeader }) });
        },
        async probe() {
          await (await auth.$context).internalAdapter.listUsers(1);
        },
      };
      accountRoutes(app, handler);
      if (oidc !== undefined) oidcRoutes(app, { accounts: handler, oidc });
    },
  };
}

// The library wraps what its database threw; callers know the one inside.
function rethrowCause(error: unknown): never {
  const cause = error instanceof Error ? error.cause : undefined;
  throw cause instanceof DomainError ? cause : error;
}
