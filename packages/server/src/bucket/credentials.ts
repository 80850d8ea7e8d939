import type { Credentials } from "@valetkey/presign";
import type { Clock } from "../usecases/ports/index.ts";

/** Asks a source for credentials; `forceRefresh` passes by what the source keeps. The providers of the AWS SDK are such. */
export type CredentialProvider = (options?: { forceRefresh?: boolean }) => Promise<Credentials>;

/** Credentials that are kept, and renewed before they end. */
export type CredentialSource = {
  /** Credentials that last for the given time if that can be had; at once when they are at hand. */
  lasting(options: { now: number; seconds: number }): Credentials | Promise<Credentials>;
  /** The bucket refused them: ask the source again. */
  refused(): void;
};

/** `timeoutMs`: how long a source may take. */
type SourceOptions = { clock: Clock; timeoutMs: number };

type State = { credentials: Credentials; fetchedAt: number };

/** Temporary credentials are renewed in the background when this much of their life is left. Milliseconds. */
const RENEW_BEFORE_MS = 300_000;
/** Credentials that tell no end may be rotated under us: they are asked for again this often. Milliseconds. */
const RECHECK_MS = 300_000;
/** A source is not pressed more often than this while what it gave still works. Milliseconds. */
const PAUSE_MS = 60_000;

/** Keeps the credentials of a provider; static ones are given back as they are. */
export function createCredentialSource(
  from: Credentials | CredentialProvider,
  { clock, timeoutMs }: SourceOptions,
): CredentialSource {
  if (typeof from !== "function") return { lasting: () => from, refused: () => undefined };
  return createProvidedSource(from, { clock, timeoutMs });
}

function createProvidedSource(provider: CredentialProvider, { clock, timeoutMs }: SourceOptions): CredentialSource {
  let state: State | undefined;
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
      const endsAt = endOf(credentials);
      if (endsAt <= now) return renew(now);
      if (now - askedAt < PAUSE_MS) return credentials;
      // While the old ones work, a source that fails to give better ones is no reason to refuse.
      if (endsAt < now + seconds * 1000) return renew(now).catch(() => credentials);
      if (endsAt - now < RENEW_BEFORE_MS || now - fetchedAt >= RECHECK_MS) renew(now).catch(() => undefined);
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
    const error = new Error(`The source of the credentials gave no answer within ${timeoutMs} ms`);
    late.reject(Object.assign(error, { name: "TimeoutError" }));
  }, timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function endOf(credentials: Credentials): number {
  return credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** The provider chain of the AWS SDK: environment, profile, SSO, web identity, container, instance. */
export function sdkProviderChain(region: string): CredentialProvider {
  let chain: Promise<CredentialProvider> | undefined;
  return async (options) => {
    // Loaded when it is first needed: most of the SDK hangs on it. Files are read anew, since they may have been rotated.
    chain ??= import("@aws-sdk/credential-providers").then(({ fromNodeProviderChain }) =>
      fromNodeProviderChain({ ignoreCache: true, clientConfig: { region } }),
    );
    return (await chain)(options);
  };
}
