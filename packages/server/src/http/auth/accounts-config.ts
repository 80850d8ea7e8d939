import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import type { NewId } from "../../usecases/ports/index.ts";
import { checkName, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./account-creation.ts";
import { signUpWithPassword } from "./sign-up.ts";

/** The path that everything about accounts is below. */
export const AUTH_PATH = "/auth";
/** Carries the caller's address to the library; set by us on every request, never taken from outside. */
export const CLIENT_ADDRESS_HEADER = "x-valetkey-client-address";

const SESSION_SECONDS = 7 * 24 * 3600;
const SESSION_UPDATE_SECONDS = 24 * 3600;
// An address may try this often in a minute, whichever replica it meets: the counts are in the database.
const SIGN_IN_LIMIT = { window: 60, max: 10 };

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null } as const;

/** The names of the library's tables and columns. */
type AccountTables = Pick<Required<BetterAuthOptions>, "user" | "session" | "account" | "verification"> & {
  rateLimit: Pick<NonNullable<BetterAuthOptions["rateLimit"]>, "modelName" | "fields">;
};

export type AccountsConfig = {
  /** Where the library keeps its tables. */
  database: Pick<Extract<NonNullable<BetterAuthOptions["database"]>, { db: unknown }>, "db"> & {
    type: "sqlite" | "postgres";
  };
  tables: AccountTables;
  /** What session cookies are signed with. */
  secret: string;
  publicUrl: string;
  signUp: "open" | "closed";
  newId: NewId;
};

/** The name of the cookie that is a session. */
export function sessionCookieName(publicUrl: string): string {
  return `${cookiePrefix(publicUrl)}.session_token`;
}

function cookiePrefix(publicUrl: string): string {
  return isHttps(publicUrl) ? "__Host-valetkey" : "valetkey";
}

function isHttps(publicUrl: string): boolean {
  return new URL(publicUrl).protocol === "https:";
}

/** The library's options: what is safe is said here and not left to its defaults, some of which depend on NODE_ENV. */
export function accountsConfig(
  config: AccountsConfig & {
    onUserChange: (user: { id: string; email: string; name: string }) => Promise<void>;
    onSession: (session: { userId: string }) => Promise<void>;
    /** What some of the routes need besides. */
    plugin?: BetterAuthPlugin;
    log: (level: "error" | "info", message: string, error: unknown) => void;
  },
): BetterAuthOptions {
  const { tables, log } = config;
  const { origin } = new URL(config.publicUrl);
  const isSecure = isHttps(config.publicUrl);
  return {
    baseURL: origin,
    basePath: AUTH_PATH,
    trustedOrigins: [origin],
    // As a list, so that no environment variable of the library's can take its place.
    secrets: [{ version: 1, value: config.secret }],
    database: { ...config.database, transaction: true },
    user: tables.user,
    // No cookie cache: a session that has ended in the database has ended.
    session: {
      ...tables.session,
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_UPDATE_SECONDS,
      cookieCache: { enabled: false },
    },
    account: {
      ...tables.account,
      // Never by the address: one that was not proven here may be another's, who would be let in, or be waited for (ADR 12).
      accountLinking: { enabled: false, disableImplicitLinking: true },
      updateAccountOnSignIn: false,
    },
    verification: tables.verification,
    emailAndPassword: {
      enabled: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
    },
    plugins: [signUpWithPassword(config), ...(config.plugin === undefined ? [] : [config.plugin])],
    rateLimit: {
      ...tables.rateLimit,
      enabled: true,
      storage: "database",
      window: 60,
      max: 100,
      // Looking up one's own session is read-only, and pages do it often: it is not worth a durable write each time.
      customRules: {
        "/sign-in/email": SIGN_IN_LIMIT,
        "/sign-up/email": SIGN_IN_LIMIT,
        "/sign-in/social": SIGN_IN_LIMIT,
        "/change-password": SIGN_IN_LIMIT,
        "/get-session": false,
      },
    },
    advanced: {
      // The library would prefix __Secure-; __Host- also forbids a Domain and any Path but /.
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
        create: { after: config.onUserChange },
        update: {
          before: async (change: { name?: unknown }) => {
            if (change.name === undefined) return;
            return { data: { ...change, name: checkName(change.name) } };
          },
          after: config.onUserChange,
        },
      },
      session: { create: { after: config.onSession } },
      // The provider is asked who someone is, and for nothing after that: what it gave for more is not kept.
      account: { create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) } },
    },
    onAPIError: { throw: true },
    logger: {
      level: "warn",
      log(level, message, ...details) {
        const error = details.find((detail) => detail instanceof Error);
        // Whoever comes back with a state that isn't theirs is nothing to look into, and its details have the state itself.
        if (error !== undefined && "code" in error && String(error.code).startsWith("state_")) {
          log("info", `${message}: ${error.message}`, undefined);
        } else {
          log(level === "error" ? "error" : "info", message, error);
        }
      },
    },
    telemetry: { enabled: false },
    experimental: { instrumentation: { enabled: false } },
  };
}
