import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../domain/person.ts";
import { HttpProblem } from "../problem.ts";
import { accountProblem } from "./account-problems.ts";
import { accountOperations } from "./account-schema.ts";
import { AUTH_PATH, CLIENT_ADDRESS_HEADER } from "./accounts-config.ts";
import { requireSameOrigin } from "./origin.ts";

const MAX_BODY_BYTES = 64 * 1024;
const STARTS_SESSION: ReadonlySet<string> = new Set(["/sign-up/email", "/sign-in/email"]);
const FORWARDED_HEADERS = ["cookie", "user-agent"] as const;

export type AccountHandler = {
  publicUrl: string;
  handle(request: Request): Promise<Response>;
  findSession(cookieHeader: string): Promise<Caller | undefined>;
  endSession(cookieHeader: string): Promise<void>;
  /** Rejects with `database_unavailable` when that is why nothing works. */
  probe(): Promise<void>;
};

/** Mounts sign-up, sign-in and sessions; the library's errors become problems. */
export function accountRoutes(app: FastifyInstance, accounts: AccountHandler): void {
  const { origin } = new URL(accounts.publicUrl);
  for (const { method, path, answer: ok, ...operation } of accountOperations) {
    app.route({
      method,
      url: path,
      exposeHeadRoute: false,
      bodyLimit: MAX_BODY_BYTES,
      schema: { tags: ["accounts"], ...operation, response: { 200: ok } },
      // The library does both.
      validatorCompiler: () => () => true,
      serializerCompiler: () => JSON.stringify,
      handler: (request, reply) => answer(accounts, { request, reply, path, origin }),
    });
  }
}

async function answer(
  accounts: AccountHandler,
  { request, reply, path, origin }: { request: FastifyRequest; reply: FastifyReply; path: string; origin: string },
): Promise<FastifyReply> {
  if (comesFromBrowser(request)) requireSameOrigin(request, origin);
  const response = await accounts.handle(forward(request, { path, origin }));
  reply.header("cache-control", "no-store");
  for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
  // The library takes a failed look-up for "no session", and hides why it failed.
  if (response.status === 401 || response.status >= 500) await accounts.probe();
  if (!response.ok) throw await accountProblem(response);
  const { cookie } = request.headers;
  if (cookie !== undefined && STARTS_SESSION.has(path)) await accounts.endSession(cookie);
  if (cookie !== undefined && (STARTS_SESSION.has(path) || path === "/sign-out")) await requireEnded(accounts, cookie);
  return reply
    .code(response.status)
    .type("application/json")
    .send(await response.text());
}

// Without a sign of a browser (curl signing in) there is no cookie of someone else to misuse.
function comesFromBrowser({ headers }: FastifyRequest): boolean {
  return headers.cookie !== undefined || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

// Built from the public URL and a short list of headers: a forged Host or X-Forwarded-* never gets in (SECURITY-REQUIREMENTS 26).
function forward(request: FastifyRequest, { path, origin }: { path: string; origin: string }): Request {
  const queryAt = request.url.indexOf("?");
  const url = new URL(origin + AUTH_PATH + path + (queryAt === -1 ? "" : request.url.slice(queryAt)));
  // The zone of a link-local address is not part of what the library takes for one.
  const headers = new Headers({ [CLIENT_ADDRESS_HEADER]: request.ip.split("%", 1)[0] ?? "" });
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  // The origin has been checked where there was one, also by Sec-Fetch-Site alone, which the library would not take.
  if (comesFromBrowser(request)) headers.set("origin", origin);
  const { method } = request;
  if (method === "GET" || request.body === undefined) return new Request(url, { method, headers });
  headers.set("content-type", "application/json");
  return new Request(url, { method, headers, body: JSON.stringify(request.body) });
}

// The library answers "signed out" even when its database did not take part.
async function requireEnded(accounts: AccountHandler, cookie: string): Promise<void> {
  if ((await accounts.findSession(cookie)) === undefined) return;
  throw new HttpProblem("database_unavailable", "The session could not be ended; try again.");
}
