import { afterEach, describe, expect, it } from "vitest";
import {
  type AccountsApp,
  type AccountsOptions,
  cookieOf,
  PASSWORD,
  useAccounts,
} from "../../../testing/auth/accounts-app.ts";
import { signTestJwt } from "../../../testing/auth/test-jwt.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { stopClock } from "../../../testing/use-service.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

describe.each(engines)("sessions on $name", (engine) => {
  const openAccounts = useAccounts(engine);
  let service: AccountsApp;
  afterEach(() => service.close());
  const open = async (options?: AccountsOptions) => {
    service = await openAccounts(options);
    return service;
  };

  it("requirement 23: session cookies are HttpOnly, SameSite=Lax, and Secure on HTTPS", async () => {
    const plain = await open();
    const overHttp = [(await plain.signUp()).headers["set-cookie"]].flat();
    const names = [/^valetkey\.session_token=/, /^valetkey\.browser=/];
    expect(overHttp).toEqual(names.map((name) => expect.stringMatching(name)));
    for (const cookie of overHttp) {
      for (const attribute of [/; HttpOnly/, /; SameSite=Lax/, /; Path=\/(;|$)/]) expect(cookie).toMatch(attribute);
      expect(cookie).not.toMatch(/; (Secure|Domain)/);
    }
    await plain.close();
    const secure = await open({ publicUrl: "https://files.example" });
    const response = await secure.signUp();
    for (const overHttps of [response.headers["set-cookie"]].flat()) {
      expect(overHttps).toMatch(/^__Host-valetkey\.(session_token|browser)=/);
      for (const attribute of [/; HttpOnly/, /; SameSite=Lax/, /; Path=\/(;|$)/, /; Secure/]) {
        expect(overHttps).toMatch(attribute);
      }
      expect(overHttps).not.toMatch(/; Domain/);
    }
    expect((await secure.call("GET", "/whoami", { cookie: cookieOf(response) })).statusCode).toBe(200);
  });

  it("requirement 23: session cookies with rememberMe = false have no Max-Age", async () => {
    const { signUp } = await open({ publicUrl: "https://files.example" });
    const response = await signUp({ rememberMe: false });
    const cookies = [response.headers["set-cookie"]].flat();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-/);
      expect(cookie).toMatch(/; HttpOnly/);
      expect(cookie).toMatch(/; Secure/);
      expect(cookie).not.toMatch(/Max-Age|Domain/);
    }
  });

  it("requirement 23: a new sign-in in a browser ends its former session", async () => {
    const { signUp, signIn, call } = await open();
    const before = cookieOf(await signUp());
    const after = cookieOf(await signIn({}, { cookie: before }));
    expect(after).not.toBe(before);
    expect((await call("GET", "/whoami", { cookie: before })).statusCode).toBe(401);
    expect((await call("GET", "/whoami", { cookie: after })).statusCode).toBe(200);
  });

  it("requirement 23: a failed sign-in does not end the current session", async () => {
    const { signUp, signIn, call } = await open();
    const cookie = cookieOf(await signUp());
    expect((await signIn({ password: "wrong horse battery" }, { cookie })).statusCode).toBe(401);
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(200);
  });

  it("requirement 23: a sign-out ends the session immediately on every replica", async () => {
    const { signUp, call, openReplica } = await open();
    const replica = openReplica();
    const cookie = cookieOf(await signUp());
    const onReplica = async () => (await replica.app.inject({ url: "/whoami", headers: { cookie } })).statusCode;
    expect(await onReplica()).toBe(200);
    const response = await call("POST", "/auth/sign-out", { cookie });
    expect(response.statusCode).toBe(200);
    expect(response.cookies.every(({ value, maxAge }) => value === "" && maxAge === 0)).toBe(true);
    expect(await onReplica()).toBe(401);
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(401);
  });

  it("requirement 23: the service refuses an invented or changed session cookie", async () => {
    const { signUp, call } = await open();
    const cookie = cookieOf(await signUp());
    const [name = "", value = ""] = cookie.split("=");
    const [token = "", signature = ""] = decodeURIComponent(value).split(".");
    // A token may already begin with `x`, and then gets a `y` instead.
    const changed = (token.startsWith("x") ? "y" : "x") + token.slice(1);
    const forged = [
      `${name}=${token}`,
      `${name}=${token}.`,
      `${name}=${encodeURIComponent(`${changed}.${signature}`)}`,
      `${name}=${encodeURIComponent(`${token}.${Buffer.alloc(32).toString("base64")}`)}`,
      `${name}=%E0%A4%A`,
      "valetkey.session_token",
      `__Host-${cookie}`,
    ];
    for (const each of forged) expect((await call("GET", "/whoami", { cookie: each })).statusCode, each).toBe(401);
  });

  it("requirement 23: the accounts library and the service accept the same cookies", async () => {
    const { signUp, call } = await open();
    const [cookie = ""] = cookieOf(await signUp()).split("; ");
    const [name = "", value = ""] = cookie.split("=");
    const plain = decodeURIComponent(value);
    // The last character before the padding has two unused bits, so four spellings have the same bytes.
    const last = BASE64.indexOf(plain.at(-2) as string);
    const unusedBits = [1, 2, 3].map((bits) => `${plain.slice(0, -2)}${BASE64[last ^ bits]}=`);
    const headers = [
      cookie,
      `${name}=${plain}`,
      `a=b; ${cookie}; c=d`,
      `${cookie};${name}=other`,
      `${name}=other; ${cookie}`,
      `${name} = ${value}`,
      `${name}=${value} `,
      `;;${cookie};;`,
      `no equals sign; ${cookie}`,
      `${name.toUpperCase()}=${value}`,
      `${name}=${value}x`,
      `${name}=${plain.replace(".", "..")}`,
      `${name}=${plain.slice(0, -1)}`,
      `${name}=%${value}`,
      `${name}="${value}"`,
      `${name}="${plain}"`,
      `${name}=${plain.slice(0, -2)} ${plain.slice(-2)}`,
      `${name}=${plain.slice(0, -2)}%0A${plain.slice(-2)}`,
      ...unusedBits.flatMap((each) => [`${name}=${each}`, `${name}=${encodeURIComponent(each)}`]),
    ];
    const accepted = async (url: string) => {
      const found: string[] = [];
      for (const header of headers) {
        const { statusCode, body } = await call("GET", url, { cookie: header });
        if (statusCode === 200 && body !== "null") found.push(header);
      }
      return found;
    };
    const byService = await accepted("/whoami");
    expect(byService).toContain(cookie);
    expect(byService).toEqual(await accepted("/auth/get-session"));
  });

  it("requirement 23: a session stops working at its expiry", async () => {
    const { signUp, call, db, advance } = await open();
    const cookie = cookieOf(await signUp());
    const soon = new Date(Date.now() + 60_000).toISOString();
    await db.updateTable("auth_sessions").set({ expires_at: soon }).execute();
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(200);
    advance(60_000);
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(401);
  });

  it("requirement 24: a cross-site POST with a session cookie needs a bearer token", async () => {
    const { signUp, call } = await open();
    const cookie = cookieOf(await signUp());
    const origin = "https://evil.example";
    const crossSite = await call("POST", "/whoami", { cookie, headers: { origin } });
    expect(crossSite.statusCode).toBe(403);
    expect(crossSite.json()).toMatchObject({ code: "cross_site_request" });
    expect((await call("POST", "/whoami", { cookie })).statusCode).toBe(200);
    const authorization = `Bearer ${await signTestJwt({ sub: "app-user" })}`;
    const bearer = await call("POST", "/whoami", { cookie, headers: { origin, authorization } });
    expect(bearer.json()).toEqual({ userId: "app-user" });
  });

  it("requirement 24: the service refuses a cross-site sign-out, sign-in and sign-up", async () => {
    const { signUp, signIn, call } = await open();
    const cookie = cookieOf(await signUp());
    const headers = { origin: "https://evil.example" };
    const answers = [
      await call("POST", "/auth/sign-out", { cookie, headers }),
      await signIn({}, { headers }),
      await signUp({ email: "bob@example.com" }, { headers }),
    ];
    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ code: "cross_site_request" });
      expect(answer.cookies).toEqual([]);
    }
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(200);
  });

  it("requirement 24: a sign-in with curl works without Origin and Sec-Fetch-Site", async () => {
    const { signUp, app } = await open();
    const cookie = cookieOf(await signUp());
    const payload = { email: "ann@example.com", password: PASSWORD };
    const signIn = await app.inject({ method: "POST", url: "/auth/sign-in/email", payload });
    expect(signIn.statusCode).toBe(200);
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    expect((await app.inject({ method: "POST", url: "/auth/sign-out", headers })).statusCode).toBe(200);
  });

  it("a request with a bad bearer token and a valid session cookie returns 401", async () => {
    const { signUp, call } = await open();
    const cookie = cookieOf(await signUp());
    for (const authorization of ["Bearer nonsense", "Bearer vk_nonsense", "Bearer"]) {
      expect((await call("GET", "/whoami", { cookie, headers: { authorization } })).statusCode).toBe(401);
    }
    const headers = { authorization: "Basic cHJveHk6cGFzcw==" };
    expect((await call("GET", "/whoami", { cookie, headers })).statusCode).toBe(200);
  });

  it("requirement 26: forged Host and X-Forwarded-* headers do not change the cookies", async () => {
    const { signUp, call } = await open({ publicUrl: "https://files.example" });
    const forged = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" };
    const response = await signUp({}, { headers: forged });
    expect(response.statusCode).toBe(200);
    expect([response.headers["set-cookie"]].flat()[0]).toMatch(/^__Host-.*; Secure/);
    expect(response.body + JSON.stringify(response.headers)).not.toContain("evil.example");
    const cookie = cookieOf(response);
    const headers = { ...forged, origin: "https://evil.example" };
    expect((await call("POST", "/auth/sign-out", { cookie, headers })).statusCode).toBe(403);
  });

  it("requirement 26: a forged X-Forwarded-For does not bypass the sign-in limit", async () => {
    stopClock();
    const { signIn } = await open();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const headers = { "x-forwarded-for": `192.0.2.${attempt}`, "x-valetkey-client-address": `192.0.2.${attempt}` };
      statuses.push((await signIn({}, { headers })).statusCode);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
  });

  it("two replicas count the sign-ins of one IP address together", async () => {
    stopClock();
    const { signIn, signUp, openReplica } = await open();
    await signUp();
    const replica = openReplica();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // The test uses several accounts, because the service also limits the attempts for each account.
      const payload = { email: `person-${attempt}@example.com`, password: "wrong horse battery" };
      expect((await signIn(payload)).statusCode).toBe(401);
      const onReplica = await replica.app.inject({ method: "POST", url: "/auth/sign-in/email", payload });
      expect(onReplica.statusCode).toBe(401);
    }
    // Over the limit, the service refuses even the right password, so that strangers can't learn which password is right.
    const limited = await signIn();
    expect(limited.statusCode).toBe(429);
    expect(limited.json()).toMatchObject({ code: "rate_limited" });
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(limited.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect((await signIn({}, { remoteAddress: "198.51.100.7" })).statusCode).toBe(200);
  });

  it("the service reads the client's IP address from the header of a trusted proxy", async () => {
    const { signIn, signUp, call } = await open({ trustProxy: true });
    const cookie = cookieOf(await signUp({}, { headers: { "x-forwarded-for": "203.0.113.9" } }));
    const [session] = (await call("GET", "/auth/list-sessions", { cookie })).json();
    expect(session.ipAddress).toBe("203.0.113.9");
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const headers = { "x-forwarded-for": `192.0.2.${attempt}` };
      expect((await signIn({}, { headers })).statusCode).toBe(200);
    }
  });

  it("requirement 28: the log contains no text that an anonymous caller chose", async () => {
    const log: string[] = [];
    const { call } = await open({ log });
    const text = `https://evil.example/${"chosen".repeat(1_000)}`;
    const fields = ["callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"];
    for (const path of ["sign-in/email", "sign-up/email", "request-password-reset", "reset-password", "sign-out"]) {
      const body = {
        email: "a@example.com",
        password: PASSWORD,
        name: "A",
        ...Object.fromEntries(fields.map((name) => [name, text])),
      };
      await call("POST", `/auth/${path}`, { body });
      await call("POST", `/auth/${path}?${fields.map((name) => `${name}=${text}`).join("&")}`, { body: {} });
    }
    // The test application also logs requests with their URLs. The service logs no URLs (logging.ts).
    const lines = log.filter((line) => !line.includes('"req":'));
    expect(lines.join("")).not.toContain("chosen");
    expect(lines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it("requirement 28: the log contains no password, cookie or token", async () => {
    const log: string[] = [];
    const { signUp, signIn, call, setDatabaseDown } = await open({ log });
    const cookie = cookieOf(await signUp());
    const token = await signTestJwt({ sub: "app-user", exp: 1 });
    const authorization = `Bearer ${token}`;
    await signIn({ password: "wrong horse battery" });
    await signUp();
    await call("GET", "/whoami", { headers: { authorization } });
    await call("POST", "/auth/sign-out", { cookie, headers: { origin: "https://evil.example" } });
    setDatabaseDown(true);
    await signIn();
    await call("GET", "/whoami", { cookie });
    await call("POST", "/auth/sign-out", { cookie });
    expect(log.length).toBeGreaterThan(5);
    const secrets = [PASSWORD, "wrong horse battery", token, cookie, decodeURIComponent(cookie.split("=")[1] ?? "")];
    const [sessionToken = ""] = decodeURIComponent(cookie.split("=")[1] ?? "").split(".");
    for (const secret of [...secrets, sessionToken]) {
      expect(secret.length).toBeGreaterThan(15);
      expect(log.join("")).not.toContain(secret);
    }
  });
});
