import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../../platform/clock.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";

// How long a key set is cached. If the provider withdraws a key, the key still works for up to this time.
const MAX_AGE_MS = 60_000;
// How long known keys stay valid while the provider is down. So a short outage signs nobody out.
const MAX_AGE_UNREACHABLE_MS = 600_000;
const RETRY_AFTER_FAILURE_MS = 5_000;
const COOL_DOWN_MS = 30_000;
const FETCH_TIMEOUT_MS = 3_000;

/** The keys of an identity provider. The service fetches them on demand. */
type KeySet = {
  /** Returns the key that fits the header of a token. Throws `identity_provider_unavailable` or jose's JWKSNoMatchingKey. */
  getKey: JWTVerifyGetKey;
  /** Whether the service can use the cached keys without another fetch. */
  isFresh(): boolean;
  /** Fetches the keys if they are not fresh. Resolves when they are fresh. Throws `identity_provider_unavailable`. */
  refresh(): Promise<void>;
};

/**
 * Caches the keys of a JWKS URL for 60 seconds.
 * An unknown key id causes at most one fetch per cool-down, so that a client with invented ids can't flood the provider
 * (docs/security-requirements.md, 27). The cool-down is 30 seconds, or 5 seconds while the provider is down.
 *
 * @param options The service calls `onKeysGone` when the provider withdraws or replaces a known key.
 */
export function followKeySet(url: URL, { clock, onKeysGone }: { clock: Clock; onKeysGone: () => void }): KeySet {
  // jose fetches, parses and selects keys. This function uses the given clock to decide when to fetch.
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
    // After a failed fetch, the service fetches again only after the cool-down, and not for each request.
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
      // The last fetch failed, and the provider may have this key. So this is an error of the provider, not of the caller.
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
