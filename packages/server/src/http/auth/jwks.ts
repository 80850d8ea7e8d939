import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../usecases/ports/index.ts";
import { HttpProblem } from "../problem.ts";

// How long a fetched key set is believed without asking again: the longest that a key withdrawn by the provider still works.
const MAX_AGE_MS = 60_000;
// When the provider can't be reached, the keys known so far serve on for this long: a short outage signs nobody out.
const MAX_AGE_UNREACHABLE_MS = 600_000;
const RETRY_AFTER_FAILURE_MS = 5_000;
const DEFAULT_COOL_DOWN_MS = 30_000;
const FETCH_TIMEOUT_MS = 3_000;

/** The keys of an identity provider, fetched when needed. */
export type KeySet = {
  /** The key for a token's header. Throws `identity_provider_unavailable`, or jose's JWKSNoMatchingKey. */
  getKey: JWTVerifyGetKey;
  /** Whether what was verified with these keys may be believed without asking the provider. */
  isFresh(): boolean;
  /** Resolves when the keys are fresh again. Throws `identity_provider_unavailable`. */
  refresh(): Promise<void>;
};

/**
 * Follows a JWKS address: asked again after 60 seconds, and for an unknown key id at most once per cool-down (30 seconds by default;
 * 5 while the provider can't be reached), so that made-up ids can't turn this server against the provider (docs/security-requirements.md, 27).
 * `onKeysGone` is told when a key that was there has been withdrawn or replaced.
 */
export function followKeySet(
  url: URL,
  options: { clock: Clock; onKeysGone: () => void; fetch?: typeof fetch | undefined; coolDownMs?: number | undefined },
): KeySet {
  const { clock, onKeysGone, coolDownMs = DEFAULT_COOL_DOWN_MS } = options;
  // jose fetches, parses and picks the key; when to fetch is decided here, by the clock that was passed in.
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    ...(options.fetch === undefined ? {} : { [customFetch]: options.fetch }),
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
      coolUntil = fetchedAt + coolDownMs;
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
    // Without any key, a failed fetch is not repeated for each request either.
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
      // Whether the provider has such a key is not known now: a refusal would blame the caller.
      if (failure !== undefined) throw unavailable(failure);
      return remote(header, token);
    }
  };

  return { getKey, isFresh, refresh };
}

function unavailable(cause: unknown): HttpProblem {
  return new HttpProblem(
    "identity_provider_unavailable",
    "The keys that tokens are checked with can't be fetched now.",
    {
      cause,
      headers: { "Retry-After": String(RETRY_AFTER_FAILURE_MS / 1000) },
    },
  );
}
