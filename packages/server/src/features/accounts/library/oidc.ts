import { type ProblemCode, problems, type SignInError, signInErrors } from "@valetkey/contract";
import type { BetterAuthPlugin } from "better-auth";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { decodeJwt, type JWTPayload } from "jose";
import { logFields } from "../../../platform/http/logging.ts";
import { HttpProblem, refusalOf } from "../../../platform/http/problem.ts";
import { readEmail } from "../../people/person.ts";
import { MAX_NAME_LENGTH, MAX_SUBJECT_LENGTH, plainText } from "../callers/identity.ts";
import { AUTH_PATH, accountProblem, toLibraryRequest } from "./library-request.ts";
import { startOidcOperation } from "./operations.ts";
import { type AccountHandler, admit, endFormerSession } from "./routes.ts";

/** The last part of the path of the callback URL. */
export const PROVIDER_ID = "oidc";
const TIMEOUT_MS = 10_000;

/** An OpenID Connect provider with which users can sign in. */
export type OidcProvider = { issuer: string; clientId: string; clientSecret: string; name: string };

type OidcOptions = {
  provider: OidcProvider;
  /** Creates an instance of better-auth with this plugin. */
  open(plugin: BetterAuthPlugin): { handler(request: Request): Promise<Response> };
  /** Creates the deadline for one request to the provider. Default: 10,000 milliseconds. */
  deadline?: (() => AbortSignal) | undefined;
  /** Runs at each sign-in, before the service searches for the account of the user. */
  onClaims(claims: OidcClaims): Promise<void>;
};

/** The claims of a user. `verifiedEmail`: undefined if the provider has not verified an email address of the user. */
export type OidcClaims = { accountId: string; verifiedEmail: string | undefined };

/** Handles the sign-in with the provider. Rejects with `identity_provider_unavailable`. */
export type Oidc = { handle(request: Request): Promise<Response> };

/** Creates the better-auth with the provider at the first sign-in, so that the service can start while the provider is unreachable. */
export function createOidc(options: OidcOptions): Oidc {
  const { provider, open, deadline = () => AbortSignal.timeout(TIMEOUT_MS) } = options;
  let opening: Promise<ReturnType<OidcOptions["open"]>> | undefined;

  async function opened() {
    return open(pluginOf(options, await discover(provider, deadline())));
  }

  return {
    async handle(request) {
      opening ??= opened().catch((error) => {
        opening = undefined;
        throw error;
      });
      const { handler } = await opening;
      return before(deadline(), handler(request));
    },
  };
}

type Metadata = { issuer: string; authMethods: readonly unknown[] };

/** Reads the discovery document and compares it with the configuration (OpenID Connect Discovery 1.0, section 4.3). */
async function discover({ issuer }: OidcProvider, signal: AbortSignal): Promise<Metadata> {
  const document = await readDocument(discoveryUrl(issuer), signal);
  const found = document.issuer;
  if (typeof found !== "string" || withoutSlashes(found) !== withoutSlashes(issuer)) {
    throw unavailable("The issuer in the discovery document differs from AUTH_OIDC_ISSUER.");
  }
  const { protocol } = new URL(issuer);
  for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
    const endpoint = document[name];
    if (typeof endpoint === "string" && URL.parse(endpoint)?.protocol === protocol) continue;
    throw unavailable(`The discovery document has no ${name} with the protocol of AUTH_OIDC_ISSUER.`);
  }
  const methods = document.token_endpoint_auth_methods_supported;
  return { issuer: found, authMethods: Array.isArray(methods) ? methods : [] };
}

async function readDocument(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`The identity provider responded with ${response.status}.`);
    return Object(await response.json());
  } catch (cause) {
    throw unavailable("The identity provider can't be reached. Try again in a moment.", cause);
  }
}

function pluginOf({ provider, onClaims }: OidcOptions, metadata: Metadata): BetterAuthPlugin {
  const { issuer, clientId, clientSecret, name } = provider;
  const { authMethods } = metadata;
  // Another issuer can use the same subject for another user, so the account id contains the issuer.
  // Without the check of the subject, all users without a subject would share one account. The database could also store two different
  // subjects as the same text.
  const accountIdOf = (claim: unknown) => {
    const subject = plainText(claim, MAX_SUBJECT_LENGTH);
    if (subject !== undefined) return `${metadata.issuer} ${subject}`;
    throw new HttpProblem("sign_in_failed", "The identity provider sent no valid subject.");
  };
  const acceptsOnlyPost = authMethods.length > 0 && !authMethods.includes("client_secret_basic");
  return genericOAuth({
    config: [
      {
        providerId: PROVIDER_ID,
        name,
        clientId,
        clientSecret,
        discoveryUrl: discoveryUrl(issuer),
        requireIdTokenVerification: true,
        authentication: acceptsOnlyPost ? "post" : "basic",
        scopes: ["openid", "email", "profile"],
        pkce: true,
        async mapProfileToUser(profile) {
          const verifiedEmail = verifiedEmailOf(profile);
          // The library has already verified that `sub` in the profile is the same as in the ID token.
          await onClaims({ accountId: accountIdOf(profile.sub), verifiedEmail });
          return userOf(profile, verifiedEmail);
        },
        accountSubject({ tokens }) {
          if (tokens.idToken === undefined) throw new Error("The identity provider sent no ID token.");
          const claims = decodeJwt(tokens.idToken);
          requireIssuedTo(clientId, claims);
          return accountIdOf(claims.sub);
        },
      },
    ],
  });
}

/**
 * Throws `sign_in_failed` if the provider issued the ID token to another client (`azp`). An ID token with several audiences must have an
 * `azp`. The library has already verified the signature and the audience (OpenID Connect Core 1.0, section 3.1.3.7, steps 4 and 5).
 */
function requireIssuedTo(clientId: string, { aud, azp }: JWTPayload): void {
  const isOfSeveral = Array.isArray(aud) && aud.length > 1;
  if (azp === clientId || (azp === undefined && !isOfSeveral)) return;
  throw new HttpProblem("sign_in_failed", "The identity provider issued the ID token to another client.");
}

/** Returns the email address if the provider has verified it. Some providers let users state any email address. */
function verifiedEmailOf(profile: Readonly<Record<string, unknown>>): string | undefined {
  const isVerified = profile.email_verified === true || profile.email_verified === "true";
  return isVerified ? readEmail(profile.email) : undefined;
}

/** Returns the account for a profile. Throws `email_not_verified` without a verified email address, because shares depend on it. */
function userOf(profile: Readonly<Record<string, unknown>>, email: string | undefined) {
  if (email === undefined) {
    throw new HttpProblem("email_not_verified", "The identity provider sent no verified email address.");
  }
  const name = typeof profile.name === "string" ? profile.name.trim() : undefined;
  return {
    email,
    emailVerified: true,
    name: plainText(name, MAX_NAME_LENGTH) ?? email.split("@", 1)[0] ?? email,
    // The service stores no profile picture. If pages loaded the picture, its host could see who views which page.
    image: undefined,
  };
}

async function before<T>(signal: AbortSignal, response: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const refuse = () => reject(unavailable("The identity provider takes too long. Try again in a moment."));
  signal.addEventListener("abort", refuse);
  try {
    return await Promise.race([response, late]);
  } finally {
    signal.removeEventListener("abort", refuse);
  }
}

function discoveryUrl(issuer: string): string {
  return `${withoutSlashes(issuer)}/.well-known/openid-configuration`;
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}

function unavailable(message: string, cause?: unknown): HttpProblem {
  return new HttpProblem("identity_provider_unavailable", message, { cause });
}

const CALLBACK_PATH = `/callback/${PROVIDER_ID}`;

/** The path to which the library redirects after an error. The service redirects the user to the sign-in page instead. */
const ERROR_PATH = `${AUTH_PATH}/error`;

const SIGN_IN_PAGE = "/sign-in";

type Deps = { accounts: AccountHandler; oidc: Oidc };

/** Adds the two routes for a sign-in with the provider: the start of the sign-in, and the callback. */
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

/** Returns the provider's URL and sets a cookie, so that only this browser can use the callback. */
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
  // No provider sends a NUL character. PostgreSQL refuses it, and the library would report the refusal as an internal error.
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

/** Returns the path of a URL to a page of this service. Throws `invalid_request` for another host and for an account route. */
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
  // These error codes come from better-auth.
  account_not_linked: "email_taken",
  state_not_found: "sign_in_expired",
  state_mismatch: "sign_in_expired",
  state_invalid: "sign_in_expired",
  nonce_binding_missing: "sign_in_expired",
  internal_server_error: "internal",
  // Error codes of the identity provider (RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6).
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

function signInErrorOf(code: ProblemCode): SignInError {
  return signInErrors.find((each) => each === code) ?? "sign_in_failed";
}
