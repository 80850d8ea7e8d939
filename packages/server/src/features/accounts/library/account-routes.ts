import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Caller } from "../../access/caller.ts";
import { requireSameOrigin } from "../callers/origin.ts";
import { accountProblem } from "./account-problems.ts";
import { accountOperations } from "./account-schema.ts";
import { comesFromBrowser, type LibraryCookies, toLibraryRequest, withoutRedirects } from "./library-request.ts";
import type { RequestLimits } from "./request-limits.ts";

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
  /** Rejects with `database_unavailable` if the database is down. */
  probe(): Promise<void>;
};

/** Mounts the routes for sign-up, sign-in and sessions. Errors of better-auth become problems. */
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

/** Refuses a request of another site, or over a limit, before the body is read. Throws `cross_site_request` or `rate_limited`. */
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
  // The accounts library reports a failed query as "no session" and hides the cause. So this code checks the database.
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

// The accounts library responds "signed out" even if it could not delete the session.
async function requireEnded(accounts: AccountHandler, cookie: string): Promise<void> {
  if ((await accounts.findSession(cookie)) === undefined) return;
  throw new HttpProblem("database_unavailable", "The session could not be ended. Try again.");
}
