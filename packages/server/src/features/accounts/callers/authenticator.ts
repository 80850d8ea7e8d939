import type { FastifyRequest } from "fastify";
import type { Clock } from "../../../platform/clock.ts";
import type { Authenticate, Caller } from "../../access/caller.ts";
import type { Accounts } from "../library/accounts.ts";
import { unauthenticated } from "./identity.ts";
import { createJwtVerifier, type IdentifySubject, type JwtOptions } from "./jwt.ts";
import { requireSameOrigin } from "./session-cookie.ts";

const API_TOKEN_PREFIX = "vk_";
const BEARER = /^bearer +(\S+) *$/i;
const BEARER_SCHEME = /^bearer\b/i;

/**
 * Identifies the caller by an API token, a JWT or the session cookie, in this order. Ignores the cookie if the request has a bearer token,
 * even an invalid one. Returns the caller without a promise for a JWT that the service has verified before. Throws `unauthenticated` or
 * `identity_provider_unavailable`, and `cross_site_request` for a cookie.
 */
export function createAuthenticator(options: {
  /** Undefined: the service accepts no JWT. */
  jwt?: JwtOptions | undefined;
  authenticateApiToken: (token: string) => Promise<Caller | undefined>;
  identifySubject: IdentifySubject;
  /** Undefined: the service accepts no session cookie. */
  accounts?: Pick<Accounts, "findSession"> | undefined;
  publicUrl: string;
  clock: Clock;
}): Authenticate {
  const { jwt, authenticateApiToken, accounts, clock } = options;
  const publicOrigin = new URL(options.publicUrl).origin;
  const verifier =
    jwt?.secret === undefined && jwt?.jwksUrl === undefined
      ? undefined
      : createJwtVerifier({
          ...jwt,
          clock,
          identify: options.identifySubject,
        });

  async function byApiToken(token: string): Promise<Caller> {
    const caller = await authenticateApiToken(token);
    if (caller === undefined) throw unauthenticated("The API token is invalid, expired or revoked.");
    return caller;
  }

  async function bySession(request: FastifyRequest): Promise<Caller> {
    const { cookie } = request.headers;
    const caller = cookie === undefined ? undefined : await accounts?.findSession(cookie);
    if (caller === undefined) throw unauthenticated("Sign in, or send a bearer token.", "Bearer");
    requireSameOrigin(request, publicOrigin);
    return caller;
  }

  return (request) => {
    const { authorization } = request.headers;
    // A fast path without a promise, because `recall` returns a caller only for a JWT that the service has verified before.
    if (verifier !== undefined && authorization?.startsWith("Bearer ")) {
      const caller = verifier.recall(authorization.slice(7));
      if (caller !== undefined) return caller;
    }
    // A proxy may use the header for its own password, and pass it to the service. So the service ignores all other authentication schemes.
    if (authorization === undefined || !BEARER_SCHEME.test(authorization)) return bySession(request);
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated("The Authorization header must have the form: Bearer <token>.");
    if (token.startsWith(API_TOKEN_PREFIX)) return byApiToken(token);
    if (verifier === undefined) {
      throw unauthenticated(
        "Only API tokens are accepted here, because neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set.",
      );
    }
    return verifier.recall(token) ?? verifier.verify(token);
  };
}
