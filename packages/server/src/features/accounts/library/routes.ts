import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { networkOf } from "../../../platform/http/client-address.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { goneSignal } from "../../../platform/http/wire.ts";
import type { Caller } from "../../access/caller.ts";
import { requireSameOrigin } from "../callers/session-cookie.ts";
import {
  accountProblem,
  comesFromBrowser,
  type LibraryCookies,
  type PluginDeps,
  toLibraryRequest,
  withoutRedirects,
} from "./library-request.ts";
import { accountOperations } from "./operations.ts";
import { PASSWORD_AGAIN } from "./password-checks.ts";

const MAX_BODY_BYTES = 64 * 1024;

const STARTS_SESSION: ReadonlySet<string> = new Set([
  "/sign-up/email",
  "/sign-in/email",
  "/sign-in/passkey",
  "/reset-password",
]);

export type AccountHandler = LibraryCookies & {
  publicUrl: string;
  handle(request: Request): Promise<Response>;
  limits: RequestLimits;
  findSession(cookieHeader: string): Promise<Caller | undefined>;
  endSession(cookieHeader: string): Promise<void>;
  probe(): Promise<void>;
};

/** Adds the routes for sign-up, sign-in and sessions. Errors of better-auth become problems. */
export function accountRoutes(app: FastifyInstance, accounts: AccountHandler): void {
  const { origin } = new URL(accounts.publicUrl);
  for (const [operationId, operation] of Object.entries(accountOperations)) {
    const { method, path, answer: ok, ...schema } = operation;
    app.route({
      method,
      url: path,
      exposeHeadRoute: false,
      bodyLimit: MAX_BODY_BYTES,
      schema: { tags: ["accounts"], operationId, ...schema, response: { 200: ok } },
      // The accounts library validates requests and serialises responses.
      validatorCompiler: () => () => true,
      serializerCompiler: () => JSON.stringify,
      onRequest: (request) => admit(accounts, { request, path }),
      handler: (request, reply) => answer(accounts, { request, reply, path, origin }),
    });
  }
}

/** Refuses a request from another site or over a limit, before the server reads the body. Throws `cross_site_request` or `rate_limited`. */
export async function admit(
  { publicUrl, limits }: AccountHandler,
  { request, path }: { request: FastifyRequest; path: string },
): Promise<void> {
  if (comesFromBrowser(request)) requireSameOrigin(request, new URL(publicUrl).origin);
  await limits.count(request, path);
}

async function answer(
  accounts: AccountHandler,
  { request, reply, path, origin }: { request: FastifyRequest; reply: FastifyReply; path: string; origin: string },
): Promise<FastifyReply> {
  const libraryRequest = { ...accounts, path, origin, body: withoutRedirects(request.body) };
  const response = await accounts.limits.handle({ request, reply, path }, () =>
    accounts.handle(toLibraryRequest(request, libraryRequest)),
  );
  reply.header("cache-control", "no-store");
  for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
  // The accounts library reports a failed database query as "no session", and hides the cause. `probe` throws if the database is down.
  if (response.status === 401 || response.status >= 500) await accounts.probe();
  if (!response.ok) throw await accountProblem(response);
  const { cookie } = request.headers;
  if (cookie !== undefined && STARTS_SESSION.has(path)) await endFormerSession(accounts, cookie);
  if (cookie !== undefined && path === "/sign-out") await requireEnded(accounts, cookie);
  return reply
    .code(response.status)
    .type("application/json")
    .send(await response.text());
}

/** Ends the session that the browser had before this sign-in. Throws `database_unavailable`. */
export async function endFormerSession(accounts: AccountHandler, cookie: string): Promise<void> {
  await accounts.endSession(cookie);
  await requireEnded(accounts, cookie);
}

// The accounts library reports a successful sign-out even if it could not delete the session.
async function requireEnded(accounts: AccountHandler, cookie: string): Promise<void> {
  if ((await accounts.findSession(cookie)) === undefined) return;
  throw new HttpProblem("database_unavailable", "The session could not be ended. Try again.");
}

/** The routes that hash a password. Requests to these routes wait in a queue. */
const HASHES: ReadonlySet<string> = new Set(["/sign-in/email", "/sign-up/email", "/reset-password", ...PASSWORD_AGAIN]);

/** The routes at which a stranger could try passwords or codes. */
const ATTEMPTS: ReadonlySet<string> = new Set([
  ...HASHES,
  "/sign-in/oidc",
  "/sign-in/passkey",
  "/sign-in/passkey/start",
  "/second-factor/confirm",
  "/request-password-reset",
  "/check-password-reset",
]);

/** Pages read the session often, so this route has no limit. A limit would write to the database for each read. */
const UNLIMITED = "/get-session";

export type RequestLimits = ReturnType<typeof createRequestLimits>;

export function createRequestLimits({ useCases }: Pick<PluginDeps, "useCases">) {
  return {
    /** Counts a request to an account route. Throws `rate_limited` if the network of the client has sent too many requests. */
    async count({ clientAddress }: FastifyRequest, path: string): Promise<void> {
      if (path === UNLIMITED) return;
      await useCases.limitAccountRequests(ATTEMPTS.has(path) ? "attempt" : "other", {
        network: networkOf(clientAddress),
        path,
      });
    },
    /**
     * Handles a request. A request that hashes a password first waits for the turn of its network. A waiting request runs no query and uses
     * no memory for a hash. Throws `rate_limited` if too many requests of the network wait.
     */
    handle<T>({ request, reply, path }: Exchange, work: () => Promise<T>): Promise<T> {
      if (!HASHES.has(path)) return work();
      const holder = `ip ${networkOf(request.clientAddress)}`;
      return useCases.hashTurns.run({ holder, signal: goneSignal(reply) }, work);
    },
  };
}

type Exchange = { request: FastifyRequest; reply: FastifyReply; path: string };
