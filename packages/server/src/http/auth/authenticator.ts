import type { FastifyRequest } from "fastify";
import type { Caller, Person } from "../../domain/person.ts";
import type { Clock } from "../../usecases/ports/index.ts";
import type { Authenticate } from "../authentication.ts";
import type { Identity } from "./identity.ts";
import { createJwtVerifier, type JwtOptions } from "./jwt.ts";
import { requireSameOrigin } from "./origin.ts";
import { missingCredentials, unauthenticated } from "./unauthenticated.ts";

const API_TOKEN_PREFIX = "vk_";
const BEARER = /^bearer +(\S+) *$/i;
const BEARER_SCHEME = /^bearer\b/i;

/** What the authenticator asks of the accounts: whose session a cookie is, from the database each time. */
export type SessionFinder = { findSession(cookieHeader: string): Promise<Caller | undefined> };

/**
 * Tells who is calling: an API token, else a JWT, else the session cookie; a bearer token that is bad never falls back to the cookie.
 * Answers at once, without a promise, for a JWT seen before.
 * Throws `unauthenticated`, `cross_site_request` (only when the cookie is what authenticates), `identity_provider_unavailable`.
 */
export function createAuthenticator(options: {
  /** Without a secret and a JWKS address no JWT is accepted. */
  jwt?: JwtOptions | undefined;
  authenticateApiToken: (token: string) => Promise<Person | undefined>;
  rememberPerson: (identity: Identity) => Promise<void>;
  /** Without it no cookie is accepted. */
  accounts?: SessionFinder | undefined;
  publicUrl: string;
  clock: Clock;
  /** Fetches the JWKS; the global one by default. */
  fetch?: typeof fetch | undefined;
  /** How long an unknown key id causes no second JWKS fetch. Milliseconds, 30,000 by default. */
  jwksCoolDownMs?: number | undefined;
}): Authenticate {
  const { jwt, authenticateApiToken, accounts, clock } = options;
  const publicOrigin = new URL(options.publicUrl).origin;
  const verifier =
    jwt?.secret === undefined && jwt?.jwksUrl === undefined
      ? undefined
      : createJwtVerifier({
          ...jwt,
          clock,
          remember: options.rememberPerson,
          fetch: options.fetch,
          coolDownMs: options.jwksCoolDownMs,
        });

  async function byApiToken(token: string): Promise<Caller> {
    const person = await authenticateApiToken(token);
    if (person === undefined) throw unauthenticated("The API token is not valid, has expired or was revoked.");
    return { userId: person.id };
  }

  async function bySession(request: FastifyRequest): Promise<Caller> {
    const { cookie } = request.headers;
    const caller = cookie === undefined ? undefined : await accounts?.findSession(cookie);
    if (caller === undefined) throw missingCredentials();
    requireSameOrigin(request, publicOrigin);
    return caller;
  }

  return (request) => {
    const { authorization } = request.headers;
    // The hot path: a JWT seen before, in the usual spelling of the scheme. What was never verified is never recalled.
    if (verifier !== undefined && authorization?.startsWith("Bearer ")) {
      const caller = verifier.recall(authorization.slice(7));
      if (caller !== undefined) return caller;
    }
    // Another scheme is not for us: a proxy that asks for a password of its own leaves its header in.
    if (authorization === undefined || !BEARER_SCHEME.test(authorization)) return bySession(request);
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated("The Authorization header is not of the form: Bearer <token>.");
    if (token.startsWith(API_TOKEN_PREFIX)) return byApiToken(token);
    if (verifier === undefined) {
      throw unauthenticated("Only API tokens are accepted here: neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set.");
    }
    return verifier.recall(token) ?? verifier.verify(token);
  };
}
