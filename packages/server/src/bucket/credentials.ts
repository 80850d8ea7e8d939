import type { Credentials } from "@valetkey/presign";
import type { Clock } from "../usecases/ports/index.ts";

/** Fetches credentials, as a provider of the AWS SDK does. `forceRefresh` bypasses the cache of the provider. */
export type CredentialProvider = (options?: { forceRefresh?: boolean }) => Promise<Credentials>;

/** Cached credentials that are renewed before they expire. */
export type CredentialSource = {
  /** Returns credentials that last for the given time if possible. Synchronous if they are cached. */
  lasting(options: { now: number; seconds: number }): Credentials | Promise<Credentials>;
  /** Reports that the bucket refused the credentials, so that they are fetched again. */
  refused(): void;
};

/** Temporary credentials are renewed in the background this long before they expire. Milliseconds. */
const RENEW_BEFORE_MS = 300_000;
/** Credentials without an expiry can still be rotated, so they are fetched again after this time. Milliseconds. */
const RECHECK_MS = 300_000;
/** The pause between two calls of the provider while the cached credentials work. Milliseconds. */
const PAUSE_MS = 60_000;

/**
 * Caches the credentials of a provider. A call of the provider may take at most `timeoutMs`. Static credentials are returned as they
 * are.
 */
export function createCredentialSource(
  from: Credentials | CredentialProvider,
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): CredentialSource {
  if (typeof from !== "function") return { lasting: () => from, refused: () => undefined };
  const provider = from;
  let state: { credentials: Credentials; fetchedAt: number } | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credentials> | undefined;

  function renew(now: number): Promise<Credentials> {
    pending ??= fetch(now).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function fetch(now: number): Promise<Credentials> {
    const forceRefresh = askedAt !== Number.NEGATIVE_INFINITY;
    askedAt = now;
    const credentials = await within(timeoutMs, provider({ forceRefresh }));
    state = { credentials, fetchedAt: now };
    return credentials;
  }

  return {
    lasting({ now, seconds }) {
      if (state === undefined) return renew(now);
      const { credentials, fetchedAt } = state;
      const expiresAt = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
      if (expiresAt <= now) return renew(now);
      if (now - askedAt < PAUSE_MS) return credentials;
      // While the cached credentials still work, a failed renewal is not an error.
      if (expiresAt < now + seconds * 1000) return renew(now).catch(() => credentials);
      if (expiresAt - now < RENEW_BEFORE_MS || now - fetchedAt >= RECHECK_MS) renew(now).catch(() => undefined);
      return credentials;
    },
    refused() {
      if (clock() - askedAt >= PAUSE_MS) state = undefined;
    },
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`The credential provider did not respond within ${timeoutMs} ms`);
    late.reject(Object.assign(error, { name: "TimeoutError" }));
  }, timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The provider chain of the AWS SDK: environment, profile, SSO, web identity, container, instance. */
export function sdkProviderChain(region: string): CredentialProvider {
  let chain: Promise<CredentialProvider> | undefined;
  return async (options) => {
    // Loaded on first use, because it imports most of the SDK. The chain has no cache, so that it reads files again
    // after a rotation.
    chain ??= import("./provider-chain.ts").then(({ fromNodeProviderChain }) =>
      fromNodeProviderChain({ ignoreCache: true, clientConfig: { region } }),
    );
    return (await chain)(options);
  };
}
