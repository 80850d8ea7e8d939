import { type BetterAuthPlugin, betterAuth, type User } from "better-auth";
import type { FastifyBaseLogger, FastifyPluginAsync } from "fastify";
import { invalidRequest } from "../../../platform/errors.ts";
import type { Policy } from "../../../platform/policy.ts";
import type { Caller } from "../../access/caller.ts";
import { readEmail } from "../../people/person.ts";
import { peopleQueries } from "../../people/queries.ts";
import { sessionCookieFilter, sessionTokenReader } from "../callers/session-cookie.ts";
import { createKnownBrowsers, languageOf } from "./browsers.ts";
import { type AccountsConfig, libraryOptions, type NewSession } from "./library-options.ts";
import { createOidc, type OidcClaims, type OidcProvider, oidcRoutes, PROVIDER_ID } from "./oidc.ts";
import { createAccount, type NewAccount } from "./password-sign-up.ts";
import { type AccountHandler, accountRoutes, createRequestLimits } from "./routes.ts";
import { createSignInExtras, type SignInExtras } from "./second-factor.ts";

/** Accounts that sign in with a password or an identity provider, and their sessions. */
export type Accounts = {
  /** Returns the user whose session is in the cookie. Each call queries the database. Throws `database_unavailable`. */
  findSession(cookieHeader: string): Promise<Caller | undefined>;
  /** Creates an account with a proven email address for the operator, even without sign-up. Throws `invalid_request`, `email_taken`. */
  createAccount(account: NewAccount): Promise<{ id: string }>;
  /** Changes the email address of an account for the operator, and marks it as proven. Throws `invalid_request` or `email_taken`. */
  changeEmail(userId: string, email: string): Promise<void>;
  /** The ways to sign in that the sign-in page shows. */
  readonly signInMethods: { signUp: Policy["sign-up"]; oidc: { name: string } | null; mail: boolean };
  /** Returns whether an account exists. Queries the database only until an account exists. Throws `database_unavailable`. */
  hasAny(): Promise<boolean>;
  /** A plugin with the account routes, for the path /auth. */
  routes: FastifyPluginAsync;
};

/**
 * Creates accounts with better-auth in the database of the service. A session expires 7 days after the user last opened the web app.
 *
 * Sign-up with a password does not prove the email address. The user proves the email address later with a link in a mail (ADR 13). A share
 * by email address reaches the account that has proven the email address. An account without a proof gets the share only if no other user
 * has the email address (ADR 8).
 *
 * The first account does not become an administrator, because a stranger may have created it. Only the operator makes administrators, with
 * `valetkey user add --admin` or `valetkey user admin`.
 */
export function createAccounts(
  options: AccountsConfig & {
    /** Whether the service sends mails. Default: false. */
    sendsMail?: boolean;
    /** The identity provider with which users can sign in. Default: none. */
    oidc?: OidcProvider | undefined;
    /** Creates the deadline for one request to the identity provider. Default: 10,000 milliseconds. */
    oidcDeadline?: (() => AbortSignal) | undefined;
  },
): Accounts {
  const { useCases } = options;
  let logger: FastifyBaseLogger | undefined;

  async function remember(
    { id, email, emailVerified, name }: User,
    endpoint?: Parameters<typeof languageOf>[0],
  ): Promise<void> {
    // Only a sign-in with the identity provider creates an account whose email address is already verified.
    const emailProvenBy = emailVerified ? "oidc" : undefined;
    await useCases.rememberAccount({ id, email, emailProvenBy, name, language: languageOf(endpoint) });
  }

  /** Ends all sessions of a disabled user, even a new one. The disabling itself ends only the sessions that are already stored. */
  async function endIfDisabled(userId: string): Promise<void> {
    try {
      await useCases.requireEnabled(userId);
    } catch (error) {
      await (await auth.$context).internalAdapter.deleteUserSessions(userId);
      throw error;
    }
  }

  const readSessionToken = sessionTokenReader(options);
  const cookiesFor = sessionCookieFilter({ ...options, readToken: readSessionToken });
  const extras = createSignInExtras();
  const browsers = createKnownBrowsers(options);

  /**
   * Checks the second factor after the library has stored the new session, and ends the session if the check fails. So a sign-in with only
   * the password leaves no session if the user turns on a second factor meanwhile.
   */
  async function endWithoutSecondFactor(
    { id: sessionId, userId, token }: NewSession,
    signIn: SignInExtras | undefined,
  ): Promise<void> {
    if (signIn === undefined) return;
    try {
      await useCases.checkSecondFactor(userId, signIn.code);
      if (signIn.keepsAccount) await useCases.keepAccount(userId, { sessionId });
    } catch (error) {
      await (await auth.$context).internalAdapter.deleteSession(token);
      throw error;
    }
  }

  const open = (plugin?: BetterAuthPlugin) =>
    betterAuth(
      libraryOptions({
        ...options,
        plugins: [extras.plugin, ...(plugin === undefined ? [] : [plugin])],
        lastPlugin: browsers.plugin,
        async onNewUser(user, endpoint) {
          browsers.onNewAccount(endpoint?.request);
          await remember(user, endpoint);
        },
        onUserChange: (user) => remember(user),
        async onSession(session, endpoint) {
          const { userId } = session;
          const signIn = extras.of(endpoint);
          // If the service refuses the sign-in, the code of the authenticator app must stay valid, because the user needs it for the
          // sign-in that cancels the deletion of the account.
          if (signIn?.keepsAccount !== true) await endIfDisabled(userId);
          await endWithoutSecondFactor(session, signIn);
          if (signIn?.keepsAccount === true) await endIfDisabled(userId);
          // Each sign-in records the person, because the process may have died after it created the account.
          const user = await (await auth.$context).internalAdapter.findUserById(userId);
          if (user !== null) await remember(user, endpoint);
          await useCases.recordSignIn(userId);
          browsers.onNewSession(endpoint?.request);
        },
        logChange: (message, change) => logger?.info(change, message),
        log: (level, message, err) => logger?.[level](err === undefined ? {} : { err }, message),
      }),
    );
  const auth = open();
  const { oidc: provider, oidcDeadline: deadline } = options;
  const oidc = provider && createOidc({ provider, open, deadline, onClaims: followProof });

  /** Updates the proof of the email address from the claims of each sign-in. Never changes the email address (ADR 8). */
  async function followProof({ accountId, verifiedEmail }: OidcClaims): Promise<void> {
    const { internalAdapter } = await auth.$context;
    const account = await internalAdapter.findAccountByKey({ providerId: PROVIDER_ID, accountId });
    const user = account && (await internalAdapter.findUserById(account.userId));
    if (!user) return;
    const emailVerified = user.email === verifiedEmail;
    if (!emailVerified) await peopleQueries(options.db).withdrawEmailProof(user.id, "oidc");
    if (user.emailVerified !== emailVerified) await internalAdapter.updateUser(user.id, { emailVerified });
  }

  async function findSession(cookieHeader: string): Promise<Caller | undefined> {
    // An API call does not extend the session, because its response sets no cookie. Only /auth/get-session extends the session.
    const token = readSessionToken(cookieHeader);
    return token === undefined ? undefined : useCases.authenticateSession(token);
  }

  // A page for the first person asks whether an account exists. After `isAny` is true, it stays true even if all accounts are deleted.
  let isAny = false;
  async function hasAny(): Promise<boolean> {
    isAny ||= (await (await auth.$context).internalAdapter.listUsers(1)).length > 0;
    return isAny;
  }

  return {
    findSession,

    async createAccount(account) {
      const { id, email, name } = await createAccount(await auth.$context, account);
      await useCases.rememberAccount({ id, email, emailProvenBy: "operator", name, language: undefined });
      return { id };
    },

    async changeEmail(userId, newEmail) {
      const email = readEmail(newEmail);
      if (email === undefined) throw invalidRequest("The email address is not valid.");
      await useCases.changeEmailOf(undefined, userId, email);
    },

    get signInMethods() {
      return {
        signUp: options.signUp(),
        oidc: provider === undefined ? null : { name: provider.name },
        mail: options.sendsMail ?? false,
      };
    },
    hasAny,

    async routes(app) {
      logger = app.log;
      const limits = createRequestLimits(options);
      const handler: AccountHandler = {
        publicUrl: options.publicUrl,
        handle: auth.handler,
        limits,
        findSession,
        cookiesFor,
        async endSession(cookieHeader) {
          await auth.api.signOut({ headers: new Headers({ cookie: cookiesFor(cookieHeader) }) });
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
