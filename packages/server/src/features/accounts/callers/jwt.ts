import { createSecretKey } from "node:crypto";
import {
  type CryptoKey,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import type { Clock } from "../../../platform/clock.ts";
import { readBase64url } from "../../../platform/crypto/ids.ts";
import type { JwtIssuer } from "../../../platform/database/unions.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Caller } from "../../access/caller.ts";
import { type SubjectClaims, subjectClaimsOf, unauthenticated } from "./identity.ts";

const MAX_TOKEN_LENGTH = 8192;
const MAX_CACHED_TOKENS = 20_000;
const MAX_CACHED_CHARACTERS = 16 * 1024 * 1024;
// The type of the key decides which algorithms the service accepts. So an attacker can't use a public key as an HMAC secret.
const SECRET_ALGORITHMS = ["HS256"];
const KEY_SET_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

export type JwtOptions = {
  /** The shared secret of HS256 tokens. */
  secret?: string | undefined;
  /** The URL with the public keys that verify RS256, PS256, ES256 and EdDSA tokens. */
  jwksUrl?: string | undefined;
  /** The value that the claim `iss` must have. Undefined: the service does not check `iss`. */
  issuer?: string | undefined;
  /** The value that the claim `aud` must contain. Undefined: the service does not check `aud`. */
  audience?: string | undefined;
  /** The claim that contains the id of the user. Default: `sub`. */
  userClaim?: string | undefined;
  /** Whether a JWT must have an expiry. Otherwise, a JWT can be valid until the secret or the keys change. Default: true. */
  requiresExpiry?: boolean | undefined;
};

/** Records the user that the claims of a JWT describe, and returns the user as the caller. */
export type IdentifySubject = (subject: SubjectClaims & { issuer: JwtIssuer }) => Promise<Caller>;

type JwtVerifier = {
  /** Returns the caller of a cached, valid JWT. Returns undefined if `verify` must check the JWT. Most requests need only this call. */
  recall(token: string): Caller | undefined;
  /** Verifies a JWT. Throws `unauthenticated` or `identity_provider_unavailable`. */
  verify(token: string): Promise<Caller>;
};

/**
 * Verifies JWTs from the operator's own application (RFC 7519, RFC 8725). The verifier accepts only a fixed list of algorithms, requires
 * `exp` and `sub` by default, and has no clock tolerance. Before the verifier accepts a JWT for the first time, `identify` records the
 * user.
 */
export function createJwtVerifier(options: JwtOptions & { clock: Clock; identify: IdentifySubject }): JwtVerifier {
  const { clock, identify, jwksUrl, userClaim = "sub", requiresExpiry = true } = options;
  const verified = new VerifiedTokens();
  let generation = 0;
  const secret = options.secret === undefined ? undefined : createSecretKey(Buffer.from(options.secret));
  const keySet =
    jwksUrl === undefined
      ? undefined
      : followKeySet(new URL(jwksUrl), {
          clock,
          onKeysGone: () => {
            generation += 1;
            verified.clear();
          },
        });

  async function check(token: string): Promise<{ issuer: JwtIssuer; payload: JWTPayload }> {
    const requiredClaims = requiresExpiry ? ["exp", userClaim] : [userClaim];
    const checks: JWTVerifyOptions = { requiredClaims, currentDate: new Date(clock()) };
    if (options.issuer !== undefined) checks.issuer = options.issuer;
    if (options.audience !== undefined) checks.audience = options.audience;
    requireUsualSpelling(token);
    const { alg } = decodeProtectedHeader(token);
    if (secret !== undefined && alg === "HS256") {
      const { payload } = await jwtVerify(token, secret, { ...checks, algorithms: SECRET_ALGORITHMS });
      return { issuer: "jwt-secret", payload };
    }
    if (keySet === undefined) throw new errors.JOSEAlgNotAllowed();
    const publicKeyChecks = { ...checks, algorithms: KEY_SET_ALGORITHMS };
    try {
      return { issuer: "jwks", payload: (await jwtVerify(token, keySet.getKey, publicKeyChecks)).payload };
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      const payload = await checkWithEach(error, (key) => jwtVerify(token, key, publicKeyChecks));
      return { issuer: "jwks", payload };
    }
  }
  return {
    recall(token) {
      const entry = verified.get(token);
      if (entry === undefined || entry.expiresAt <= clock()) return undefined;
      return keySet === undefined || keySet.isFresh() ? entry.caller : undefined;
    },

    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) {
        throw unauthenticated(`The bearer token is longer than ${MAX_TOKEN_LENGTH} characters.`);
      }
      // If the provider withdraws a key meanwhile, the service does not cache the JWT, and the next request uses the new keys.
      const begun = generation;
      const { issuer, payload } = await check(token).catch(refuse);
      const claims = subjectClaimsOf(payload, userClaim);
      if (claims === undefined)
        throw unauthenticated(`The bearer token's ${userClaim} must be a string of 1 to 255 characters.`);
      const caller = verified.get(token)?.caller ?? Object.freeze(await identify({ ...claims, issuer }));
      if (begun === generation)
        verified.set(token, { caller, expiresAt: (payload.exp ?? Number.POSITIVE_INFINITY) * 1000 });
      return caller;
    },
  };
}

/**
 * Throws if the signature is not in the base64url form of RFC 7515. The library ignores padding and unused bits, so without this check one
 * JWT would have many spellings, and each spelling would fill the cache.
 */
function requireUsualSpelling(token: string): void {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  if (readBase64url(signature) === undefined) throw new errors.JWSInvalid();
}

// Tries each key that fits the algorithm of the JWT, because a JWT may have no key id.
async function checkWithEach(
  keys: AsyncIterable<CryptoKey>,
  verify: (key: CryptoKey) => Promise<{ payload: JWTPayload }>,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await verify(key)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

// The new error has no `cause`, because the errors of jose contain the claims of the JWT, which must not be in the log.
function refuse(error: unknown): never {
  if (error instanceof HttpProblem) throw error;
  if (error instanceof errors.JWTExpired) throw unauthenticated("The bearer token has expired.");
  if (error instanceof errors.JWTClaimValidationFailed) {
    throw unauthenticated(`The bearer token's ${error.claim} is missing or not accepted here.`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    throw unauthenticated("The bearer token has an algorithm that is not accepted here.");
  }
  throw unauthenticated("The bearer token is not valid.");
}

type Cached = { caller: Caller; expiresAt: number };

/**
 * A bounded cache of verified JWTs and their callers. Invalid JWTs can't fill the cache, because the cache never stores them. The map has
 * the JWT itself as the key, because a hash costs more than the lookup. This adds no risk, because a memory dump would also reveal the
 * secrets of the service.
 */
class VerifiedTokens {
  readonly #byToken = new Map<string, Cached>();
  #characters = 0;

  get(token: string): Cached | undefined {
    return this.#byToken.get(token);
  }

  set(token: string, verified: Cached): void {
    if (!this.#byToken.has(token)) {
      // The service clears a full cache completely, because a search for the oldest entry would slow down every request.
      if (this.#byToken.size >= MAX_CACHED_TOKENS || this.#characters + token.length > MAX_CACHED_CHARACTERS)
        this.clear();
      this.#characters += token.length;
    }
    this.#byToken.set(token, verified);
  }

  clear(): void {
    this.#byToken.clear();
    this.#characters = 0;
  }
}

// How long the service caches a key set. A withdrawn key still works during this time.
const MAX_AGE_MS = 60_000;

// How long cached keys stay valid while the provider is down, so that a short outage signs nobody out.
const MAX_AGE_UNREACHABLE_MS = 600_000;

const RETRY_AFTER_FAILURE_MS = 5_000;

const COOL_DOWN_MS = 30_000;

const FETCH_TIMEOUT_MS = 3_000;

/** The public keys of an identity provider, which the service fetches when it needs them. */
type KeySet = {
  /** Returns the key for the header of a JWT. Throws `identity_provider_unavailable`, or JWKSNoMatchingKey of jose. */
  getKey: JWTVerifyGetKey;
  isFresh(): boolean;
  /** Fetches the keys if the cached keys are too old. Throws `identity_provider_unavailable`. */
  refresh(): Promise<void>;
};

/**
 * Caches the keys of a JWKS URL for 60 seconds. Unknown key ids cause at most one request for the keys in each cool-down, so that invented
 * ids can't flood the provider (docs/security-requirements.md, 27). The cool-down lasts 30 seconds, or 5 seconds while the provider is
 * down.
 *
 * @param options `onKeysGone`: runs when the provider withdraws or replaces a cached key.
 */
export function followKeySet(url: URL, { clock, onKeysGone }: { clock: Clock; onKeysGone: () => void }): KeySet {
  // The library jose fetches, parses and selects keys. This function decides when jose fetches them, by the given clock.
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  let known = new Set<string>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let coolUntil = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let pending: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      await remote.reload();
      failure = undefined;
      fetchedAt = clock();
      freshUntil = fetchedAt + MAX_AGE_MS;
      coolUntil = fetchedAt + COOL_DOWN_MS;
      const current = new Set(remote.jwks()?.keys.map((key) => JSON.stringify(key)));
      const gone = [...known].some((key) => !current.has(key));
      known = current;
      if (gone) onKeysGone();
    } catch (cause) {
      failure = cause;
      freshUntil = Math.min(clock() + RETRY_AFTER_FAILURE_MS, fetchedAt + MAX_AGE_UNREACHABLE_MS);
      coolUntil = clock() + RETRY_AFTER_FAILURE_MS;
    }
  }

  function loadOnce(): Promise<void> {
    pending ??= load().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  const isFresh = () => clock() < freshUntil;

  async function refresh(): Promise<void> {
    if (isFresh()) return;
    // After a failed request, the service requests the keys again only after the cool-down, and not in each HTTP request.
    if (failure === undefined || clock() >= coolUntil) await loadOnce();
    if (!isFresh()) throw unavailable(failure);
  }

  const getKey: JWTVerifyGetKey = async (header, token) => {
    await refresh();
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (pending !== undefined || clock() >= coolUntil) await loadOnce();
      // The last request for the keys failed, and the provider may have the key. So the error blames the provider, and not the caller.
      if (failure !== undefined) throw unavailable(failure);
      return remote(header, token);
    }
  };

  return { getKey, isFresh, refresh };
}

function unavailable(cause: unknown): HttpProblem {
  return new HttpProblem("identity_provider_unavailable", "The keys that verify tokens can't be fetched now.", {
    cause,
    headers: { "Retry-After": String(RETRY_AFTER_FAILURE_MS / 1000) },
  });
}
