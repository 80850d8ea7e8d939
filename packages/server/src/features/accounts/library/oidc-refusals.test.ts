import { describe, expect, it } from "vitest";
import { ADDRESS, PASSWORD } from "../../../testing/auth/accounts-app.ts";
import { ANN, BEN, CALLBACK, expectRefusal, useOidc } from "../../../testing/auth/oidc-app.ts";
import { CLIENT } from "../../../testing/auth/oidc-provider.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";

// Only on SQLite, because the tests of successful sign-ins run the queries of OpenID accounts on both engines.
describe("refused sign-ins with an OpenID provider", () => {
  const openOidc = useOidc(sqlite);

  it("an OpenID sign-in never joins an account that has the same email and a password", async () => {
    const { provider, signUp, signIn, signInAtProvider, rows, people } = await openOidc();
    const { user } = (await signUp()).json();
    expectRefusal(await signInAtProvider(), "email_taken");
    provider.setPerson({ ...ANN, email: ADDRESS.toUpperCase() });
    expectRefusal(await signInAtProvider(), "email_taken");
    expect(await rows()).toMatchObject([{ provider_id: "credential", user_id: user.id }]);
    expect((await signIn()).statusCode).toBe(200);
    expect(people.size).toBe(1);
    // A sign-up can't add a password to an account that an OpenID sign-in created.
    provider.setPerson(BEN);
    expect((await signInAtProvider()).headers.location).toBe("/");
    expect((await signUp({ email: "ben@example.com" })).json()).toMatchObject({ code: "email_taken" });
    expect((await signIn({ email: "ben@example.com" })).statusCode).toBe(401);
    // A second user of the provider with the same email address does not get the account of the first user.
    provider.setPerson({ ...BEN, sub: "ben-3" });
    expectRefusal(await signInAtProvider(), "email_taken");
  });

  it("an OpenID sign-in fails if the provider has not verified the email address", async () => {
    const { provider, signInAtProvider, people, rows } = await openOidc();
    const { email_verified: _, ...silent } = ANN;
    const unproven = [
      { ...ANN, email_verified: false },
      { ...ANN, email_verified: "false" },
      silent,
      { ...ANN, email: undefined },
      { ...ANN, email: "ann" },
      { ...ANN, email: `${"a".repeat(250)}@example.com` },
    ];
    for (const claims of unproven) {
      provider.setPerson(claims);
      expectRefusal(await signInAtProvider(), "email_not_verified");
    }
    expect(people.size).toBe(0);
    expect(await rows()).toEqual([]);
    provider.setPerson({ ...ANN, email_verified: "true" });
    expect((await signInAtProvider()).headers.location).toBe("/");
  });

  it("an OpenID callback works once, only in the browser that started the sign-in", async () => {
    const { go, finish, people } = await openOidc();
    const { back, cookie } = await go();
    const url = new URL(back, "http://x");
    const changed = (change: (query: URLSearchParams) => void) => {
      const { pathname, searchParams } = new URL(url);
      change(searchParams);
      return `${pathname}?${searchParams}`;
    };
    expectRefusal(await finish({ back }), "sign_in_expired");
    expectRefusal(await finish({ back, cookie: (await go()).cookie }), "sign_in_expired");
    const state = url.searchParams.get("state") ?? "";
    for (const tampered of [`${state}x`, state.slice(1), state.toLowerCase().replace(/^./, "_"), ""]) {
      expectRefusal(
        await finish({ back: changed((query) => query.set("state", tampered)), cookie }),
        "sign_in_expired",
      );
    }
    expectRefusal(await finish({ back: changed((query) => query.delete("state")), cookie }), "sign_in_expired");
    expectRefusal(await finish({ back: CALLBACK, cookie }), "sign_in_expired");
    expect(people.size).toBe(0);
    // After the refused requests, the browser can still finish its own sign-in.
    expect((await finish({ back, cookie })).headers.location).toBe("/");
    expectRefusal(await finish({ back, cookie }), "sign_in_expired");
    expect(people.size).toBe(1);
  });

  it("the callback of an OpenID sign-in refuses a wrong code and another issuer", async () => {
    const { go, finish, people } = await openOidc();
    const other = new URL((await go()).back, "http://x").searchParams.get("code") ?? "";
    for (const [name, value] of [
      ["code", other],
      ["code", "false"],
      ["code", ""],
      ["iss", "https://evil.example"],
    ] as const) {
      const { back, cookie } = await go();
      const url = new URL(back, "http://x");
      url.searchParams.set(name, value);
      expectRefusal(await finish({ back: url.pathname + url.search, cookie }), "sign_in_failed");
    }
    expect(people.size).toBe(0);
  });

  it("the service refuses an ID token that is missing, forged or from an earlier sign-in", async () => {
    const { provider, signInAtProvider, people } = await openOidc();
    const seen: string[] = [];
    provider.setTamper((answer) => {
      seen.push(answer.id_token ?? "");
      return { ...answer, id_token: undefined };
    });
    expectRefusal(await signInAtProvider(), "sign_in_failed");
    provider.setTamper((answer) => ({ ...answer, id_token: seen[0] }));
    expectRefusal(await signInAtProvider(), "sign_in_failed");
    const payload = Buffer.from(JSON.stringify({ ...BEN, iss: provider.issuer, aud: CLIENT.clientId })).toString(
      "base64url",
    );
    for (const forge of [
      (token: string) => token.replace(/\.[^.]+\./, `.${payload}.`),
      (token: string) => `${token.split(".", 2).join(".")}.`,
      () => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`,
    ]) {
      provider.setTamper((answer) => ({ ...answer, id_token: forge(answer.id_token ?? "") }));
      expectRefusal(await signInAtProvider(), "sign_in_failed");
    }
    expect(people.size).toBe(0);
    provider.setTamper((answer) => answer);
    expect((await signInAtProvider()).headers.location).toBe("/");
  });

  it("the service refuses an ID token for another OpenID client", async () => {
    const { provider, signInAtProvider, people } = await openOidc();
    const { clientId } = CLIENT;
    for (const claims of [{ azp: "other" }, { azp: [clientId] }, { aud: [clientId, "other"] }]) {
      provider.setIdTokenClaims(claims);
      expectRefusal(await signInAtProvider(), "sign_in_failed");
    }
    provider.setIdTokenClaims({ aud: [clientId, "other"], azp: "other" });
    expectRefusal(await signInAtProvider(), "sign_in_failed");
    expect(people.size).toBe(0);
    for (const claims of [{ azp: clientId }, { aud: [clientId] }, { aud: [clientId, "other"], azp: clientId }]) {
      provider.setIdTokenClaims(claims);
      expect((await signInAtProvider()).headers.location).toBe("/");
    }
  });

  it("the service refuses an OpenID subject that is too long or has invalid characters", async () => {
    const { provider, signInAtProvider, people } = await openOidc();
    for (const sub of ["x".repeat(256), "a\ud800", "a\ud801", "a\u0000"]) {
      provider.setPerson({ ...ANN, sub });
      expectRefusal(await signInAtProvider(), "sign_in_failed");
    }
    expect(people.size).toBe(0);
  });

  it("an OpenID callback reports a state with a NUL character as expired", async () => {
    const { call } = await openOidc();
    expectRefusal(await call("GET", `${CALLBACK}?code=x&state=%00`), "sign_in_expired");
  });

  it("an OpenID sign-in redirects only to a page of this service", async () => {
    const { begin, signInAtProvider, advance } = await openOidc();
    const foreign = [
      ...["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example"],
      ...["/.//evil.example", "/%2e//evil.example", "/a/..//evil.example"],
      ...["javascript:alert(1)", "n/1", "", "http://localhost:3000.evil.example/", "http://localhost:3000/n/1"],
      ...["/auth/error?error=x", "/auth/callback/oidc", "/n/../auth/error", "/%2e/auth/error", 7, { a: 1 }, null],
    ];
    for (const callbackURL of foreign) {
      const answer = await begin({ callbackURL });
      expect([callbackURL, answer.statusCode]).toEqual([callbackURL, 400]);
      // The refused requests also count in the rate limit.
      advance(60_000);
    }
    // The service does not pass these options of a client to the library.
    const idToken = { token: "x.y.z" };
    const extra = { errorCallbackURL: "https://evil.example", newUserCallbackURL: "https://evil.example", idToken };
    const answer = await signInAtProvider({ ...extra, additionalParams: { prompt: "none" }, callbackURL: "/shared" });
    expect(answer.headers.location).toBe("/shared");
  });

  it("an OpenID sign-in returns access_denied if the provider refuses the user", async () => {
    const { provider, signInAtProvider, go, finish } = await openOidc();
    provider.setRefusing(true);
    expectRefusal(await signInAtProvider(), "access_denied");
    provider.setRefusing(false);
    const { back, cookie } = await go();
    const state = new URL(back, "http://x").searchParams.get("state");
    const forged = `${CALLBACK}?${new URLSearchParams({ state: String(state), error: "<script>", error_description: "no" })}`;
    expectRefusal(await finish({ back: forged, cookie }), "sign_in_failed");
  });

  it("requirement 35: an OpenID sign-in fails for a disabled user", async () => {
    const { db, signInAtProvider, who } = await openOidc();
    const userId = await who(await signInAtProvider());
    await db.insertInto("disabled_users").values({ user_id: userId, disabled_at: 0 }).execute();
    expectRefusal(await signInAtProvider(), "access_denied");
  });

  it("the service refuses an OpenID discovery document with a wrong issuer or URL", async () => {
    const { provider, begin } = await openOidc();
    for (const change of [
      { issuer: "https://login.example.com" },
      { issuer: undefined },
      { token_endpoint: undefined },
      { authorization_endpoint: "javascript:alert(1)" },
      { jwks_uri: "ftp://localhost/jwks" },
    ]) {
      provider.setDiscovery((document) => ({ ...document, ...change }));
      expect((await begin()).json()).toMatchObject({ code: "identity_provider_unavailable" });
    }
    provider.setDiscovery((document) => document);
    expect((await begin()).statusCode).toBe(200);
  });

  it("requirement 24: a page of another origin can't start an OpenID sign-in", async () => {
    const { begin } = await openOidc();
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }]) {
      const answer = await begin({}, headers);
      expect(answer.json()).toMatchObject({ code: "cross_site_request" });
      expect(answer.cookies).toEqual([]);
    }
  });

  it("requirement 30: one IP address starts at most ten OpenID sign-ins in a minute", async () => {
    const { begin } = await openOidc();
    for (let time = 0; time < 10; time++) expect((await begin()).statusCode).toBe(200);
    const answer = await begin();
    expect(answer.json()).toMatchObject({ code: "rate_limited" });
    expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
  });

  it("requirement 28: the log of an OpenID sign-in has no secret, state or token", async () => {
    const log: string[] = [];
    const { provider, go, finish, setDatabaseDown } = await openOidc({ log });
    const secrets: string[] = [CLIENT.clientSecret, encodeURIComponent(CLIENT.clientSecret), PASSWORD];
    provider.setTamper((answer) => {
      secrets.push(answer.id_token ?? "", answer.access_token ?? "");
      return answer;
    });
    async function goes() {
      const gone = await go();
      const { searchParams } = new URL(gone.back, "http://x");
      secrets.push(searchParams.get("code") ?? "", searchParams.get("state") ?? "", gone.cookie);
      return gone;
    }
    const done = await goes();
    await finish(done);
    await finish(done);
    await finish({ back: (await goes()).back });
    const down = await goes();
    provider.setDown(true);
    await finish(down);
    provider.setDown(false);
    const { back, cookie } = await goes();
    setDatabaseDown(true);
    await finish({ back, cookie });
    setDatabaseDown(false);
    // The test application also logs requests with their URLs. The service logs no URLs (logging.ts).
    const text = log.filter((line) => !line.includes('"req":')).join("");
    expect(text.length).toBeGreaterThan(100);
    for (const secret of secrets.filter((each) => each !== "")) expect(text.includes(secret), secret).toBe(false);
  });
});
