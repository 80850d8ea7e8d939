import { describe, expect, it } from "vitest";
import { ADDRESS, cookieOf } from "../../../testing/auth/accounts-app.ts";
import { ANN, BEN, CALLBACK, expectRefusal, PUBLIC_URL, useOidc } from "../../../testing/auth/oidc-app.ts";
import { CLIENT, startOidcProvider } from "../../../testing/auth/oidc-provider.ts";
import { engines } from "../../../testing/database/test-databases.ts";

describe.each(engines)("sign-ins with an OpenID provider, on $name", (engine) => {
  const openOidc = useOidc(engine);

  it("an OpenID sign-in creates an account and returns to the page that started it", async () => {
    const { signInAtProvider, go, who, people, call, rows, accounts } = await openOidc();
    const answer = await signInAtProvider({ callbackURL: "/n/1?tab=files#top" });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, "/n/1?tab=files#top"]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const userId = await who(answer);
    expect(people.get(userId)).toEqual({
      id: userId,
      email: ADDRESS,
      emailProvenBy: "oidc",
      name: "Ann",
      isAdmin: false,
    });
    const session = await call("GET", "/auth/get-session", { cookie: cookieOf(answer) });
    expect(session.json().user).toMatchObject({ id: userId, emailVerified: true, image: null });
    const cookie = answer.cookies.find(({ name }) => name.includes("session"));
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    // A second sign-in finds the same account and ends the former session.
    const former = cookieOf(answer);
    const again = await go();
    const second = await call("GET", again.back, { cookie: `${again.cookie}; ${former}` });
    expect(second.headers.location).toBe("/");
    expect(await who(second)).toBe(userId);
    expect((await call("GET", "/whoami", { cookie: former })).statusCode).toBe(401);
    // The service does not store the tokens of the provider.
    expect(await rows()).toMatchObject([{ access_token: null, refresh_token: null, id_token: null, password: null }]);
    expect(await rows()).toHaveLength(1);
    expect(accounts.signInMethods).toEqual({ signUp: "open", oidc: { name: "Example" }, mail: false });
  });

  it("requirement 59: an OpenID sign-in causes a mail only if the browser is unknown", async () => {
    const { signInAtProvider, go, call, db, who } = await openOidc({ queuesMail: true });
    const mails = () => db.selectFrom("mails").select(["kind", "email", "detail"]).execute();
    const first = await signInAtProvider();
    const again = await go();
    expect((await call("GET", again.back, { cookie: `${again.cookie}; ${cookieOf(first)}` })).statusCode).toBe(302);
    expect(await mails()).toEqual([]);
    const other = await signInAtProvider();
    expect(await mails()).toMatchObject([{ kind: "new-sign-in", email: ADDRESS }]);
    expect(JSON.parse((await mails())[0]?.detail ?? "")).toMatchObject({ userId: await who(other) });
  });

  it("requirement 34: an email address is unproven if the provider no longer verifies it", async () => {
    const { signInAtProvider, provider, who, people } = await openOidc();
    const userId = await who(await signInAtProvider());
    provider.setPerson({ ...ANN, email_verified: false });
    expectRefusal(await signInAtProvider(), "email_not_verified");
    expect(people.get(userId)).toMatchObject({ email: ADDRESS, emailProvenBy: undefined });
    provider.setPerson(ANN);
    expect(await who(await signInAtProvider())).toBe(userId);
    expect(people.get(userId)).toMatchObject({ email: ADDRESS, emailProvenBy: "oidc" });
  });

  it("requirement 34: an email address is unproven after the provider replaces it", async () => {
    const { signInAtProvider, provider, who, people } = await openOidc();
    const userId = await who(await signInAtProvider());
    provider.setPerson({ ...ANN, email: "ann.new@example.com" });
    expect(await who(await signInAtProvider())).toBe(userId);
    expect(people.get(userId)).toMatchObject({ email: ADDRESS, emailProvenBy: undefined });
  });

  it("an OpenID sign-in supports claims from /userinfo and a client secret in the form", async () => {
    const provider = { areClaimsInIdToken: false, authMethod: "client_secret_post" } as const;
    const service = await openOidc({ provider });
    service.provider.setPerson({ ...ANN, name: "  \u0007", picture: "https://elsewhere.example/ann.png" });
    const userId = await service.who(await service.signInAtProvider());
    // An invalid name does not prevent the sign-in.
    expect(service.people.get(userId)).toMatchObject({ email: ADDRESS, name: "ann" });
  });

  it("an OpenID sign-in creates an account even if sign-up is closed", async () => {
    const { signInAtProvider, signUp, who, people } = await openOidc({ signUp: "closed" });
    expect((await signUp()).statusCode).toBe(403);
    const answer = await signInAtProvider();
    expect(answer.headers.location).toBe("/");
    expect(people.has(await who(answer))).toBe(true);
  });

  it("requirement 26: OpenID sign-ins use PKCE, state, nonce and PUBLIC_URL", async () => {
    const { begin } = await openOidc();
    const started = await begin({}, { host: "evil.example", "x-forwarded-host": "evil.example" });
    const { searchParams } = new URL(started.json().url);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: CLIENT.clientId,
      redirect_uri: PUBLIC_URL + CALLBACK,
      response_type: "code",
      scope: "openid email profile",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{32}$/),
      nonce: expect.stringMatching(/^[\w-]{32}$/),
    });
    const secure = await openOidc({ publicUrl: "https://files.example.com" });
    const { cookies } = await secure.begin();
    expect(cookies).toMatchObject([{ name: "__Host-valetkey.state", secure: true, httpOnly: true, sameSite: "Lax" }]);
  });

  it("the routes of the accounts library for other sign-in providers return 404", async () => {
    const { call } = await openOidc();
    for (const path of ["/sign-in/social", "/link-social", "/callback/google", "/error", "/unlink-account"]) {
      expect((await call("POST", `/auth${path}`, { body: { provider: "oidc" } })).statusCode, path).toBe(404);
      expect((await call("GET", `/auth${path}`)).statusCode, path).toBe(404);
    }
    expect((await call("POST", CALLBACK, { body: {} })).statusCode).toBe(404);
  });

  it("users of two OpenID providers with the same subject have different accounts", async () => {
    const first = await openOidc();
    const userId = await first.who(await first.signInAtProvider());
    const [{ account_id }] = (await first.rows()) as [{ account_id: string }];
    expect(account_id).toBe(`${first.provider.issuer} ${ANN.sub}`);
    const other = await startOidcProvider({ redirectUri: PUBLIC_URL + CALLBACK, hasOwnKey: true });
    const moved = first.openReplica({ oidc: other.config });
    other.setPerson({ ...BEN, sub: ANN.sub });
    const started = await moved.app.inject({ method: "POST", url: "/auth/sign-in/oidc", payload: {} });
    const { pathname, search } = await other.visit(started.json().url);
    const answer = await moved.app.inject({ url: pathname + search, headers: { cookie: cookieOf(started) } });
    expect(answer.headers.location).toBe("/");
    expect(await first.who(answer)).not.toBe(userId);
    await moved.app.close();
    await other.stop();
  });

  it("OpenID sign-ins work again after an outage of the provider", async () => {
    const { provider, begin, signUp, signInAtProvider, signIn, go, finish } = await openOidc();
    provider.setDown(true);
    const refused = await begin();
    expect(refused.statusCode).toBe(503);
    expect(refused.json()).toMatchObject({ code: "identity_provider_unavailable" });
    expect((await signUp({ email: "eve@example.com" })).statusCode).toBe(200);
    expect((await signIn({ email: "eve@example.com" })).statusCode).toBe(200);
    provider.setDown(false);
    const onTheWay = await go();
    provider.setDown(true);
    expectRefusal(await finish(onTheWay), "sign_in_failed");
    provider.setDown(false);
    expect((await signInAtProvider()).headers.location).toBe("/");
  });

  it("an OpenID sign-in fails if the provider does not respond before the deadline", async () => {
    const deadline = new AbortController();
    const { provider, go, finish } = await openOidc({ oidcDeadline: () => deadline.signal });
    const onTheWay = await go();
    provider.setTamper(() => {
      deadline.abort();
      return new Promise(() => undefined);
    });
    expectRefusal(await finish(onTheWay), "identity_provider_unavailable");
    // The request for the discovery document also has this deadline.
    const silent = await openOidc({ oidcDeadline: () => deadline.signal });
    expect((await silent.begin()).json()).toMatchObject({ code: "identity_provider_unavailable" });
  });

  it("an OpenID sign-in returns database_unavailable during an outage of the database", async () => {
    const { begin, go, finish, setDatabaseDown, signInAtProvider } = await openOidc();
    const onTheWay = await go();
    setDatabaseDown(true);
    expectRefusal(await finish(onTheWay), "database_unavailable");
    expect((await begin()).json()).toMatchObject({ code: "database_unavailable" });
    setDatabaseDown(false);
    expect((await signInAtProvider()).headers.location).toBe("/");
  });
});
