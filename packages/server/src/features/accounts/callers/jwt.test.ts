import { createHmac } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { newSigningKey, signWith } from "../../../testing/auth/jwks-server.ts";
import { signTestJwt, TEST_JWT_SECRET } from "../../../testing/auth/test-jwt.ts";
import { createWhoamiApp } from "../../../testing/auth/whoami-app.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { IdentifySubject, JwtOptions } from "./jwt.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const NOW_SECONDS = NOW / 1000;
const claims = { sub: "user-1", exp: NOW_SECONDS + 60 };

let now: number;
let identified: Parameters<IdentifySubject>[0][];
beforeEach(() => {
  now = NOW;
  identified = [];
});

function appWith(jwt: JwtOptions) {
  return createWhoamiApp(
    createAuthenticator({
      jwt,
      authenticateApiToken: async (token) => (token === "vk_good" ? { userId: "token-owner" } : undefined),
      identifySubject: async (claims) => {
        identified.push(claims);
        return { userId: claims.subject };
      },
      publicUrl: "http://localhost:3000",
      clock: () => now,
    }),
  );
}

async function call(jwt: JwtOptions, authorization: string | undefined) {
  const response = await appWith(jwt).inject({
    url: "/whoami",
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status: response.statusCode, body: response.json(), challenge: response.headers["www-authenticate"] };
}

const bySecret = { secret: TEST_JWT_SECRET };
const refused = (text: RegExp) => ({
  status: 401,
  body: expect.objectContaining({ code: "unauthenticated", detail: expect.stringMatching(text) }),
  challenge: expect.stringMatching(/^Bearer/),
});

describe("the caller of a request with a token", () => {
  it("a JWT that is signed with the secret identifies its subject as the caller", async () => {
    const answer = await call(bySecret, `Bearer ${await signTestJwt(claims)}`);
    expect(answer).toMatchObject({ status: 200, body: { userId: "user-1" } });
  });

  it("the service refuses a JWT whose signature is spelled differently in base64", async () => {
    const token = await signTestJwt(claims);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last two bits of a signature's last character have no meaning.
    const sameBytes = [1, 2, 3].map(
      (bits) => token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1) ?? "") ^ bits],
    );
    for (const spelling of [...sameBytes, `${token}=`, `${token}==`, `${token}%3D`]) {
      expect(await call(bySecret, `Bearer ${spelling}`)).toEqual(refused(/not valid/));
    }
    expect(identified).toEqual([]);
  });

  it("the claim that identifies the user of a JWT can be a text or a number", async () => {
    const byClaim = { ...bySecret, userClaim: "userId" };
    for (const userId of ["64b7f0c2a1d4e8f9b0c3d2e1", 7]) {
      const token = await signTestJwt({ userId, exp: claims.exp });
      expect(await call(byClaim, `Bearer ${token}`)).toMatchObject({ status: 200, body: { userId: String(userId) } });
    }
    for (const userId of [undefined, "", 1.5, null, { id: 7 }]) {
      const token = await signTestJwt({ sub: "user-1", userId, exp: claims.exp });
      expect(await call(byClaim, `Bearer ${token}`)).toEqual(refused(/userId/));
    }
    expect(await call({ ...bySecret, userClaim: "__proto__" }, `Bearer ${await signTestJwt(claims)}`)).toEqual(
      refused(/__proto__/),
    );
  });

  it("a JWT without an expiry identifies the caller only if the service allows this", async () => {
    const authorization = `Bearer ${await signTestJwt({ ...claims, exp: undefined })}`;
    expect(await call(bySecret, authorization)).toEqual(refused(/exp/));
    const app = appWith({ ...bySecret, requiresExpiry: false });
    const status = async (header: string) =>
      (await app.inject({ url: "/whoami", headers: { authorization: header } })).statusCode;
    expect(await status(authorization)).toBe(200);
    now += 10 * 365 * 86_400_000;
    expect(await status(authorization)).toBe(200);
    expect(await status(`Bearer ${await signTestJwt(claims)}`)).toBe(401);
  });

  it("a request without credentials returns an error that asks for a sign-in", async () => {
    expect(await call(bySecret, undefined)).toEqual({ ...refused(/Sign in/), challenge: "Bearer" });
  });

  it("an API token identifies the user who created it as the caller", async () => {
    expect(await call(bySecret, "Bearer vk_good")).toMatchObject({ status: 200, body: { userId: "token-owner" } });
    expect(await call(bySecret, "Bearer vk_bad")).toEqual(refused(/API token/));
  });

  it("the service accepts the authentication scheme `bearer` in lower case", async () => {
    expect(await call(bySecret, `bearer ${await signTestJwt(claims)}`)).toMatchObject({ status: 200 });
  });

  it.each(["Bearer", "Bearer ", "Bearer a b", "Bearer x", "Bearer a.b.c"])(
    "the service refuses the Authorization header %j",
    async (authorization) => {
      expect(await call(bySecret, authorization)).toEqual(refused(/./));
    },
  );

  it("the service refuses a JWT if only API tokens are configured", async () => {
    expect(await call({}, `Bearer ${await signTestJwt(claims)}`)).toEqual(refused(/Only API tokens/));
  });
});

describe("requirement 27: invalid JWTs", () => {
  it.each([
    ["whose signature is of another key", { ...claims, secret: "another-secret-of-the-same-length" }, /not valid/],
    ["that has expired", { ...claims, exp: NOW_SECONDS }, /expired/],
    ["that is not valid yet", { ...claims, nbf: NOW_SECONDS + 1 }, /nbf/],
    ["without exp", { ...claims, exp: undefined }, /exp/],
    ["whose exp is a text", { ...claims, exp: String(claims.exp) as never }, /exp/],
    ["without sub", { exp: claims.exp }, /sub/],
    ["with an empty sub", { ...claims, sub: "" }, /sub/],
    ["with a sub of 256 characters", { ...claims, sub: "s".repeat(256) }, /sub/],
    ["with a control character in its sub", { ...claims, sub: "a\u0000b" }, /sub/],
    ["with a number for its sub", { ...claims, sub: 7 as never }, /sub/],
    ["longer than 8,192 characters", { ...claims, padding: "p".repeat(9000) }, /longer/],
  ])("the service refuses a JWT %s", async (_, token, text) => {
    expect(await call(bySecret, `Bearer ${await signTestJwt(token)}`)).toEqual(refused(text));
    expect(identified).toEqual([]);
  });

  it("the service refuses a JWT with the algorithm `none`", async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const alg of ["none", "None", "NONE"]) {
      const token = `${encode({ alg })}.${encode(claims)}.`;
      expect(await call(bySecret, `Bearer ${token}`)).toEqual(refused(/algorithm/));
      expect(await call({ ...bySecret, jwksUrl: "http://127.0.0.1:9/" }, `Bearer ${token}`)).toEqual(refused(/./));
    }
  });

  it("the service refuses a JWT whose payload was changed", async () => {
    const [header, payload = "", signature] = (await signTestJwt(claims)).split(".");
    const other = Buffer.from(payload, "base64url").toString().replace("user-1", "user-2");
    const token = [header, Buffer.from(other).toString("base64url"), signature].join(".");
    expect(await call(bySecret, `Bearer ${token}`)).toEqual(refused(/not valid/));
  });

  it("the service refuses a JWT with another HMAC algorithm than HS256", async () => {
    const [, payload] = (await signTestJwt(claims)).split(".");
    const input = `${Buffer.from('{"alg":"HS512"}').toString("base64url")}.${payload}`;
    const token = `${input}.${createHmac("sha512", TEST_JWT_SECRET).update(input).digest("base64url")}`;
    expect(await call(bySecret, `Bearer ${token}`)).toEqual(refused(/algorithm/));
  });

  it("the service refuses a JWT with the algorithm RS256 if only a secret is configured", async () => {
    const key = await newSigningKey("RS256", "k1");
    expect(await call(bySecret, `Bearer ${await signWith(key, claims)}`)).toEqual(refused(/algorithm/));
  });

  it("the service refuses a JWT with a wrong or missing issuer or audience", async () => {
    const jwt = { ...bySecret, issuer: "https://login.example", audience: "valetkey" };
    const right = { ...claims, iss: jwt.issuer, aud: ["other", "valetkey"] };
    expect(await call(jwt, `Bearer ${await signTestJwt(right)}`)).toMatchObject({ status: 200 });
    const wrong = [
      { ...right, iss: "https://evil.example" },
      { ...right, iss: undefined },
      { ...right, aud: "other" },
      { ...right, aud: undefined },
    ];
    for (const token of wrong)
      expect(await call(jwt, `Bearer ${await signTestJwt(token)}`)).toEqual(refused(/iss|aud/));
  });

  it("the service refuses a JWT that uses a public key of the key set as its HMAC secret", async () => {
    const { startJwksServer } = await import("../../../testing/auth/jwks-server.ts");
    const provider = await startJwksServer();
    const key = await newSigningKey("RS256", "k1");
    provider.publish(key);
    const publicKey = await importJWK(key.publicJwk, "RS256");
    if (publicKey instanceof Uint8Array) throw new Error("an RSA key was expected");
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(key.publicJwk)]) {
      const token = `Bearer ${await signTestJwt({ ...claims, secret })}`;
      expect(await call({ jwksUrl: provider.url }, token)).toEqual(refused(/algorithm/));
      expect(await call({ ...bySecret, jwksUrl: provider.url }, token)).toEqual(refused(/not valid/));
    }
    await provider.close();
  });
});

describe("a JWT that was verified before", () => {
  it("a JWT that was verified before identifies the caller synchronously", async () => {
    const authenticate = createAuthenticator({
      jwt: bySecret,
      authenticateApiToken: async () => undefined,
      identifySubject: async ({ subject }) => ({ userId: subject }),
      publicUrl: "http://localhost:3000",
      clock: () => now,
    });
    const request = { headers: { authorization: `Bearer ${await signTestJwt(claims)}` } } as never;
    expect(authenticate(request)).toBeInstanceOf(Promise);
    await authenticate(request);
    expect(authenticate(request)).toEqual({ userId: "user-1" });
  });

  it("requirement 27: a JWT that the service verified before still expires", async () => {
    const app = appWith(bySecret);
    const headers = { authorization: `Bearer ${await signTestJwt(claims)}` };
    const status = async () => (await app.inject({ url: "/whoami", headers })).statusCode;
    expect(await status()).toBe(200);
    now += 59_999;
    expect(await status()).toBe(200);
    now += 1;
    expect(await status()).toBe(401);
  });

  it("two requests with the same JWT record the user only once", async () => {
    const app = appWith(bySecret);
    const headers = {
      authorization: `Bearer ${await signTestJwt({ ...claims, email: "Ann@example.com", name: "Ann" })}`,
    };
    await app.inject({ url: "/whoami", headers });
    await app.inject({ url: "/whoami", headers });
    const email = { email: "Ann@example.com", isEmailVerified: false };
    expect(identified).toEqual([{ issuer: "jwt-secret", subject: "user-1", ...email, name: "Ann" }]);
  });
});

describe("the email address in a JWT", () => {
  it.each([
    ["as unproven if email_verified is missing", { email: "ann@example.com" }, "ann@example.com", false],
    [
      "as proven if email_verified is true",
      { email: "ann@example.com", email_verified: true },
      "ann@example.com",
      true,
    ],
    [
      'as proven if email_verified is the text "true"',
      { email: "ann@example.com", email_verified: "true" },
      "ann@example.com",
      true,
    ],
    ["as none if email_verified is false", { email: "ann@example.com", email_verified: false }, null, false],
    [
      'as none if email_verified is the text "false"',
      { email: "ann@example.com", email_verified: "false" },
      null,
      false,
    ],
    [
      'as none if email_verified is the text "False"',
      { email: "ann@example.com", email_verified: "False" },
      null,
      false,
    ],
    ['as none if email_verified is the text "no"', { email: "ann@example.com", email_verified: "no" }, null, false],
    ["as none if email_verified is the number 0", { email: "ann@example.com", email_verified: 0 }, null, false],
    ["as none if it is not an email address", { email: "ann" }, null, false],
    ["as none if it is not a string", { email: ["ann@example.com"] as never }, null, false],
    ["not if it is missing", {}, undefined, false],
  ])("the service records the email address in a JWT %s", async (_, extra, email, isEmailVerified) => {
    await call(bySecret, `Bearer ${await signTestJwt({ ...claims, ...extra })}`);
    expect(identified).toMatchObject([{ subject: "user-1", email, isEmailVerified, name: undefined }]);
  });

  it("a request with a JWT fails if the service can't record the user", async () => {
    const app = createWhoamiApp(
      createAuthenticator({
        jwt: bySecret,
        authenticateApiToken: async () => undefined,
        identifySubject: async () => Promise.reject(new Error("no database")),
        publicUrl: "http://localhost:3000",
        clock: () => now,
      }),
    );
    const headers = { authorization: `Bearer ${await signTestJwt(claims)}` };
    // The test sends the JWT twice, because the service must not cache a JWT whose user it could not record.
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await app.inject({ url: "/whoami", headers })).statusCode).toBe(500);
    }
  });
});
