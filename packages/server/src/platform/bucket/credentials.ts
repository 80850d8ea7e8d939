import type { Credentials } from "@valetkey/presign";
import { type Clock, within } from "../clock.ts";
import { loadWith } from "../modules.ts";

/** Fetches credentials, as a provider of the AWS SDK does. With `forceRefresh`, the provider does not use its cache. */
export type CredentialProvider = (options?: { forceRefresh?: boolean }) => Promise<Credentials>;

/** Caches credentials, and renews them before they expire. */
export type CredentialSource = {
  /**
   * Returns credentials that are valid for at least `seconds`, if the provider has such credentials. Returns cached credentials directly,
   * not as a promise.
   */
  lasting(options: { now: number; seconds: number }): Credentials | Promise<Credentials>;
  /** Reports that the bucket refused the credentials. The next call of `lasting` fetches new credentials, at most once a minute. */
  refused(): void;
};

const RENEW_BEFORE_MS = 300_000;
/** Cached credentials are fetched again after five minutes, because an operator can also replace credentials without an expiry. */
const RECHECK_MS = 300_000;
/** The minimum pause between two calls of the provider while the cached credentials are valid. */
const PAUSE_MS = 60_000;

/** Caches the credentials of a provider. A call of the provider may take at most `timeoutMs`. Static credentials never change. */
export function createCredentialSource(
  from: Credentials | CredentialProvider,
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): CredentialSource {
  if (typeof from !== "function") return { lasting: () => from, refused: () => undefined };
  const provider = from;
  let state: { credentials: Credentials; fetchedAt: number } | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credentials> | undefined;

  function late(): Error {
    const error = new Error(`The credential provider did not respond within ${timeoutMs} ms`);
    return Object.assign(error, { name: "TimeoutError" });
  }

  function renew(now: number): Promise<Credentials> {
    pending ??= fetch(now).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function fetch(now: number): Promise<Credentials> {
    const forceRefresh = askedAt !== Number.NEGATIVE_INFINITY;
    askedAt = now;
    const credentials = await within({ milliseconds: timeoutMs, late }, () => provider({ forceRefresh }));
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
      // As long as the cached credentials are valid, the caller gets them, even after a failed renewal.
      if (expiresAt < now + seconds * 1000) return renew(now).catch(() => credentials);
      if (expiresAt - now < RENEW_BEFORE_MS || now - fetchedAt >= RECHECK_MS) renew(now).catch(() => undefined);
      return credentials;
    },
    refused() {
      if (clock() - askedAt >= PAUSE_MS) state = undefined;
    },
  };
}

/** Throws `bucket_unavailable` if the package with the provider chain is not installed. */
export function loadProviderChain(): Promise<typeof import("./provider-chain.ts")> {
  return loadWith("@aws-sdk/credential-providers", () => import("./provider-chain.ts"), {
    user: "A bucket without the option `credentials`",
    code: "bucket_unavailable",
  });
}

/** Returns the provider chain of the AWS SDK: environment, profile, SSO, web identity, container, instance. */
export function sdkProviderChain(region: string): CredentialProvider {
  let chain: Promise<CredentialProvider> | undefined;
  return async (options) => {
    // The provider chain is loaded at the first use, because it imports most of the AWS SDK. The chain caches nothing, so it reads its
    // files again after a rotation of the credentials.
    chain ??= loadProviderChain().then(({ fromNodeProviderChain }) =>
      fromNodeProviderChain({ ignoreCache: true, clientConfig: { region } }),
    );
    return (await chain)(options);
  };
}
