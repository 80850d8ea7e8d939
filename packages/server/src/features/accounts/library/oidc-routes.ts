import type { ProblemCode, SignInError } from "@valetkey/contract";
import { problems, signInErrors } from "@valetkey/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { logFields } from "../../../platform/http/logging.ts";
import { HttpProblem, refusalOf } from "../../../platform/http/problem.ts";
import { AUTH_PATH, accountProblem, toLibraryRequest } from "./library-request.ts";
import { type Oidc, PROVIDER_ID } from "./oidc.ts";
import { startOidcOperation } from "./operations.ts";
import type { AccountHandler } from "./routes.ts";
import { admit, endFormerSession } from "./routes.ts";

const CALLBACK_PATH = `/callback/${PROVIDER_ID}`;
/** The library redirects to this path after an error. The service changes this redirect, so that the user gets to the sign-in page. */
const ERROR_PATH = `${AUTH_PATH}/error`;
const SIGN_IN_PAGE = "/sign-in";

type Deps = { accounts: AccountHandler; oidc: Oidc };

/** Mounts the two routes for a sign-in with the provider: one starts the sign-in, and the callback ends it. */
export function oidcRoutes(app: FastifyInstance, deps: Deps): void {
  const { method, path, answer, ...operation } = startOidcOperation;
  app.route({
    method,
    url: path,
    exposeHeadRoute: false,
    bodyLimit: 64 * 1024,
    schema: { tags: ["accounts"], ...operation, response: { 200: answer } },
    onRequest: (request) => admit(deps.accounts, { request, path }),
    handler: (request, reply) => start(deps, { request, reply }),
  });
  app.route({
    method: "GET",
    url: CALLBACK_PATH,
    exposeHeadRoute: false,
    schema: { hide: true },
    handler: (request, reply) => finish(deps, { request, reply }),
  });
}

type Exchange = { request: FastifyRequest; reply: FastifyReply };

/** Responds with the provider's URL and sets a cookie, so that only this browser can use the callback. */
async function start({ accounts, oidc }: Deps, { request, reply }: Exchange): Promise<{ url: string }> {
  const { origin } = new URL(accounts.publicUrl);
  const { callbackURL = "/" } = (request.body ?? {}) as { callbackURL?: string };
  const body = { provider: PROVIDER_ID, callbackURL: ownPath(callbackURL, origin), disableRedirect: true };
  reply.header("cache-control", "no-store");
  const response = await oidc.handle(toLibraryRequest(request, { ...accounts, path: "/sign-in/social", origin, body }));
  if (!response.ok) throw await refusedBy(response, accounts);
  passCookies(response, reply);
  return { url: ((await response.json()) as { url: string }).url };
}

/** Handles the callback. Redirects to the page where the user started the sign-in, or to the sign-in page with an error code. */
async function finish(deps: Deps, { request, reply }: Exchange): Promise<FastifyReply> {
  reply.header("cache-control", "no-store");
  try {
    return reply.redirect(await signedInAt(deps, { request, reply }));
  } catch (error) {
    const { code } = refusalOf(error);
    if (problems[code].status >= 500) request.log.error({ ...logFields(request), err: error }, code);
    return reply.redirect(`${SIGN_IN_PAGE}?error=${signInErrorOf(code)}`);
  }
}

async function signedInAt({ accounts, oidc }: Deps, { request, reply }: Exchange): Promise<string> {
  const { origin } = new URL(accounts.publicUrl);
  await accounts.limits.count(request, CALLBACK_PATH);
  // No provider sends NUL. PostgreSQL refuses a text with NUL, and the library would report this as a fault of the service.
  if (request.url.includes("%00")) throw signInProblem("state_invalid");
  const response = await oidc.handle(toLibraryRequest(request, { ...accounts, path: CALLBACK_PATH, origin }));
  const location = response.headers.get("location");
  if (location === null) throw await refusedBy(response, accounts);
  const target = new URL(location, origin);
  if (target.origin === origin && target.pathname === ERROR_PATH) {
    passCookies(response, reply);
    const problem = signInProblem(target.searchParams.get("error") ?? "");
    if (problem.code === "internal") await accounts.probe();
    throw problem;
  }
  const path = ownPath(location, origin);
  const { cookie } = request.headers;
  if (cookie !== undefined) await endFormerSession(accounts, cookie);
  passCookies(response, reply);
  return path;
}

/** Returns the path of a URL, if it is a page of this service. Throws `invalid_request` for another host, and for an account route. */
function ownPath(text: string, origin: string): string {
  const url = text.startsWith("/") ? URL.parse(text, origin) : null;
  // The URL parser changes `/.//evil.example` to the path `//evil.example`, which a browser treats as another host.
  const isHere = url?.origin === origin && !["//", `${AUTH_PATH}/`].some((start) => url.pathname.startsWith(start));
  if (isHere) return url.pathname + url.search + url.hash;
  throw new HttpProblem("invalid_request", "callbackURL must be the path of a page of this service, such as /shared.");
}

async function refusedBy(response: Response, accounts: AccountHandler): Promise<Error> {
  if (response.status >= 500) await accounts.probe();
  return accountProblem(response);
}

function passCookies(response: Response, reply: FastifyReply): void {
  for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
}

const CODES: Record<string, SignInError> = {
  // These are error codes of better-auth.
  account_not_linked: "email_taken",
  state_not_found: "sign_in_expired",
  state_mismatch: "sign_in_expired",
  state_invalid: "sign_in_expired",
  nonce_binding_missing: "sign_in_expired",
  internal_server_error: "internal",
  // These are error codes of the identity provider (RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6).
  access_denied: "access_denied",
  login_required: "access_denied",
  consent_required: "access_denied",
  interaction_required: "access_denied",
  server_error: "identity_provider_unavailable",
  temporarily_unavailable: "identity_provider_unavailable",
};

/** Converts an error code of better-auth or of the provider to a problem. An unknown code becomes `sign_in_failed`. */
function signInProblem(error: string): HttpProblem {
  const code = Object.hasOwn(CODES, error) ? CODES[error] : undefined;
  return new HttpProblem(code ?? "sign_in_failed", "Signing in with the identity provider failed.");
}

/** Returns the error code that the sign-in page shows. */
function signInErrorOf(code: ProblemCode): SignInError {
  return signInErrors.find((each) => each === code) ?? "sign_in_failed";
}
