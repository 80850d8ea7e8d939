import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type JwksServer,
  newSigningKey,
  type SigningKey,
  signWith,
  startJwksServer,
} from "../../../testing/auth/jwks-server.ts";
import { createWhoamiApp } from "../../../testing/auth/whoami-app.ts";
import { createAuthenticator } from "./authenticator.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const HOUR_SECONDS = 3600;
const claims = { sub: "user-1", exp: NOW / 1000 + HOUR_SECONDS };

let now: number;
let provider: JwksServer;
let app: ReturnType<typeof createWhoamiApp>;
let identified: number;
/** `identifySubject` waits for this promise before it records a user. */
let recorded: Promise<void>;

beforeEach(async () => {
  now = NOW;
  identified = 0;
  recorded = Promise.resolve();
  provider = await startJwksServer();
  app = createWhoamiApp(
    createAuthenticator({
      jwt: { jwksUrl: provider.url },
      authenticateApiToken: async () => undefined,
      identifySubject: async ({ subject }) => {
        identified += 1;
        await recorded;
        return { userId: subject };
      },
      publicUrl: "http://localhost:3000",
      clock: () => now,
    }),
  );
});
afterEach(() => provider.close());

async function send(token: string): Promise<number> {
  return (await app.inject({ url: "/whoami", headers: { authorization: `Bearer ${token}` } })).statusCode;
}

async function publishKey(kid: string, algorithm = "ES256"): Promise<SigningKey> {
  const key = await newSigningKey(algorithm, kid);
  provider.publish(key);
  return key;
}

describe("requirement 27: signing keys of an identity provider", () => {
  it.each(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])(
    "the service accepts a JWT that the provider signed with the algorithm %s",
    async (algorithm) => {
      const key = await publishKey("k1", algorithm);
      expect(await send(await signWith(key, claims))).toBe(200);
    },
  );

  it.each(["RS512", "ES384"])(
    "the service refuses a JWT that the provider signed with the algorithm %s",
    async (algorithm) => {
      const key = await publishKey("k1", algorithm);
      expect(await send(await signWith(key, claims))).toBe(401);
    },
  );

  it("the service tries all signing keys of a provider if a JWT has no key id", async () => {
    const keys = await Promise.all([1, 2, 3].map(() => newSigningKey("ES256", undefined)));
    provider.publish(...keys);
    for (const key of keys) expect(await send(await signWith(key, claims))).toBe(200);
    expect(await send(await signWith(await newSigningKey("ES256", undefined), claims))).toBe(401);
  });

  it("20 concurrent JWTs cause only one request for the signing keys", async () => {
    const key = await publishKey("k1");
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => signWith(key, { ...claims, sub: `user-${n}` })),
    );
    expect(new Set(await Promise.all(tokens.map(send)))).toEqual(new Set([200]));
    expect(provider.fetches()).toBe(1);
  });

  it("JWTs with unknown key ids cause at most one request for the keys in 30 seconds", async () => {
    const old = await publishKey("k1");
    expect(await send(await signWith(old, claims))).toBe(200);
    const next = await newSigningKey("ES256", "k2");
    const stranger = await newSigningKey("ES256", "k3");
    provider.publish(old, next);
    // During the cool-down after the first request, the service does not request the keys again.
    expect(await send(await signWith(next, claims))).toBe(401);
    expect(provider.fetches()).toBe(1);
    now += 30_000;
    expect(await send(await signWith(next, claims))).toBe(200);
    expect(provider.fetches()).toBe(2);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await send(await signWith(stranger, { ...claims, sub: `user-${attempt}` }))).toBe(401);
    }
    expect(provider.fetches()).toBe(2);
  });

  it("the service refuses a cached JWT after the provider withdraws its signing key", async () => {
    const old = await publishKey("k1");
    const token = await signWith(old, claims);
    expect(await send(token)).toBe(200);
    const next = await publishKey("k2");
    now += 30_000;
    expect(await send(await signWith(next, claims))).toBe(200);
    expect(await send(token)).toBe(401);
  });

  it("the service does not cache a JWT if its signing key is withdrawn during the check", async () => {
    const old = await publishKey("k1");
    const token = await signWith(old, claims);
    const { promise, resolve } = Promise.withResolvers<void>();
    recorded = promise;
    const checking = send(token);
    await expect.poll(() => identified).toBe(1);
    const next = await publishKey("k2");
    now += 30_000;
    const other = send(await signWith(next, { ...claims, sub: "user-2" }));
    await expect.poll(() => identified).toBe(2);
    resolve();
    expect(await Promise.all([checking, other])).toEqual([200, 200]);
    expect(await send(token)).toBe(401);
  });

  it("the service refuses a JWT after a new signing key with the same key id replaces its key", async () => {
    const token = await signWith(await publishKey("k1"), claims);
    expect(await send(token)).toBe(200);
    await publishKey("k1");
    now += 60_000;
    expect(await send(token)).toBe(401);
  });

  it("the service requests the signing keys of a provider again after a minute", async () => {
    const token = await signWith(await publishKey("k1"), claims);
    expect(await send(token)).toBe(200);
    provider.publish();
    now += 59_999;
    expect(await send(token)).toBe(200);
    now += 1;
    expect(await send(token)).toBe(401);
    expect(provider.fetches()).toBe(2);
  });

  it("cached JWTs stay valid after the provider adds another signing key", async () => {
    const old = await publishKey("k1");
    const token = await signWith(old, claims);
    expect(await send(token)).toBe(200);
    provider.publish(old, await newSigningKey("ES256", "k2"));
    now += 60_000;
    expect(await send(token)).toBe(200);
    expect(provider.fetches()).toBe(2);
    expect(identified).toBe(1);
  });
});

describe("an identity provider that can't be reached", () => {
  it("a request with a JWT returns 503 if the provider is down and no key is cached", async () => {
    const key = await publishKey("k1");
    const token = await signWith(key, claims);
    provider.fail(true);
    const response = await app.inject({ url: "/whoami", headers: { authorization: `Bearer ${token}` } });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: "identity_provider_unavailable" });
    expect(response.headers["retry-after"]).toBe("5");
    expect(response.body).not.toContain(provider.url);
    expect(await send(token)).toBe(503);
    expect(provider.fetches()).toBe(1);
    provider.fail(false);
    now += 5_000;
    expect(await send(token)).toBe(200);
  });

  it("while the provider is down, cached signing keys stay valid for ten minutes", async () => {
    const key = await publishKey("k1");
    const token = await signWith(key, claims);
    expect(await send(token)).toBe(200);
    provider.fail(true);
    now += 60_000;
    expect(await send(token)).toBe(200);
    expect(await send(await signWith(await newSigningKey("ES256", "k2"), claims))).toBe(503);
    expect(provider.fetches()).toBe(2);
    now = NOW + 599_999;
    expect(await send(token)).toBe(200);
    now = NOW + 600_000;
    expect(await send(token)).toBe(503);
  });

  it("a request with a JWT returns 503 if the key set of the provider is invalid", async () => {
    provider.publish({ algorithm: "ES256", publicJwk: null } as never);
    expect(await send(await signWith(await newSigningKey("ES256", "k1"), claims))).toBe(503);
  });
});
