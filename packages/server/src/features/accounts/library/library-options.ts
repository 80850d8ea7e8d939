import type { BetterAuthOptions, BetterAuthPlugin, User } from "better-auth";
import type { NewId } from "../../../platform/clock.ts";
import type { Database } from "../../../platform/database/queries.ts";
import {
  cookiePrefix,
  isHttps,
  SESSION_SECONDS,
  SESSION_UPDATE_SECONDS,
} from "../../../platform/http/session-cookie.ts";
import type { Policy } from "../../../platform/policy.ts";
import { followLanguage } from "./browsers.ts";
import { AUTH_PATH, CLIENT_ADDRESS_HEADER, type PluginDeps } from "./library-request.ts";
import { ownAccount } from "./own-account.ts";
import { passkeys } from "./passkeys.ts";
import { endOutdatedSignIns, limitPasswords } from "./password-checks.ts";
import {
  checkName,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
  refusePicture,
  signUpWithPassword,
} from "./password-sign-up.ts";
import { secondFactor } from "./second-factor.ts";

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null } as const;

export type AccountsConfig = Omit<PluginDeps, "logChange"> & {
  /** The database of the service, which also has the tables of better-auth. */
  db: Database;
  secret: string;
  /** Returns the current policy rule that decides who may create an account. */
  signUp: () => Policy["sign-up"];
  newId: NewId;
};

export type NewSession = { id: string; userId: string; token: string };

/** The HTTP request that creates a session or a user. Null if another part of the service creates the session or user. */
type SessionEndpoint = { path?: string; request?: Request | undefined } | null;

/** The maximum length of a log message from the library, in characters. */
const MAX_MESSAGE = 300;

/** Creates the options of better-auth. All security options are explicit, because some defaults depend on NODE_ENV. */
export function libraryOptions(
  config: AccountsConfig &
    PluginDeps & {
      onNewUser: (user: User, endpoint: SessionEndpoint) => Promise<void>;
      onUserChange: (user: User) => Promise<void>;
      onSession: (session: NewSession, endpoint: SessionEndpoint) => Promise<void>;
      /** Plugins of better-auth, for example with the routes for an identity provider. */
      plugins: BetterAuthPlugin[];
      /** The hooks of this plugin run after the hooks of all other plugins. */
      lastPlugin: BetterAuthPlugin;
      log: (level: "error" | "info", message: string, error: unknown) => void;
    },
): BetterAuthOptions {
  const { log } = config;
  const { origin } = new URL(config.publicUrl);
  const isSecure = isHttps(config.publicUrl);
  return {
    baseURL: origin,
    basePath: AUTH_PATH,
    trustedOrigins: [origin],
    // An environment variable of the library would override a single `secret`, but not a list of secrets.
    secrets: [{ version: 1, value: config.secret }],
    database: { db: config.db.kysely, type: config.db.engine.name, transaction: true },
    user: authTables.user,
    // Without a cookie cache, a session ends immediately when its row is deleted.
    session: {
      ...authTables.session,
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_UPDATE_SECONDS,
      cookieCache: { enabled: false },
    },
    account: {
      ...authTables.account,
      // The service never links accounts by email address, because an unverified email address can belong to another person (ADR 8).
      accountLinking: { enabled: false, disableImplicitLinking: true },
      updateAccountOnSignIn: false,
    },
    verification: authTables.verification,
    emailAndPassword: {
      enabled: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
    },
    plugins: [
      signUpWithPassword(config),
      limitPasswords(config),
      endOutdatedSignIns(config),
      ownAccount(config),
      secondFactor(config),
      passkeys(config),
      followLanguage(config),
      ...config.plugins,
      config.lastPlugin,
    ],
    // The service has its own limits for requests (routes.ts). The window of the library's limit would grow with each request.
    rateLimit: { enabled: false },
    advanced: {
      // With `useSecureCookies`, the library would use the cookie prefix __Secure- instead of __Host-.
      useSecureCookies: false,
      cookiePrefix: cookiePrefix(config.publicUrl),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure: isSecure, path: "/" },
      database: { generateId: config.newId, validateSchema: false },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
    databaseHooks: {
      user: {
        create: { after: config.onNewUser },
        update: {
          before: async (change: { name?: string | undefined; image?: string | null | undefined }) => {
            refusePicture(change.image);
            if (change.name === undefined) return;
            return { data: { ...change, name: checkName(change.name) } };
          },
          after: config.onUserChange,
        },
      },
      session: { create: { after: config.onSession } },
      // The service does not store the tokens of the identity provider, because the provider only identifies the user.
      account: { create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) } },
    },
    onAPIError: { throw: true },
    logger: {
      level: "warn",
      log(level, message, ...details) {
        const error = details.find((detail) => detail instanceof Error);
        // A wrong OAuth state is an error of the client, not of the service. The log omits the details, because they contain the state.
        if (error !== undefined && "code" in error && String(error.code).startsWith("state_")) {
          log("info", `${message}: ${error.message}`, undefined);
        } else {
          // A message without an error is about a wrong request, and can contain text from the request.
          log(level === "error" && error !== undefined ? "error" : "info", message.slice(0, MAX_MESSAGE), error);
        }
      },
    },
    telemetry: { enabled: false },
    experimental: { instrumentation: { enabled: false } },
  };
}

/** The names of the tables and columns of better-auth, in the form of its options. Other columns have their default names. */
export const authTables = {
  user: {
    modelName: "auth_users",
    fields: { emailVerified: "email_verified", createdAt: "created_at", updatedAt: "updated_at" },
  },
  session: {
    modelName: "auth_sessions",
    fields: {
      userId: "user_id",
      expiresAt: "expires_at",
      ipAddress: "ip_address",
      userAgent: "user_agent",
      createdAt: "created_at",
      updatedAt: "updated_at",
    },
  },
  account: {
    modelName: "auth_accounts",
    fields: {
      userId: "user_id",
      accountId: "account_id",
      providerId: "provider_id",
      accessToken: "access_token",
      refreshToken: "refresh_token",
      idToken: "id_token",
      accessTokenExpiresAt: "access_token_expires_at",
      refreshTokenExpiresAt: "refresh_token_expires_at",
      createdAt: "created_at",
      updatedAt: "updated_at",
    },
  },
  verification: {
    modelName: "auth_verifications",
    fields: { expiresAt: "expires_at", createdAt: "created_at", updatedAt: "updated_at" },
  },
} as const;
