import { afterEach, describe, expect, it } from "vitest";
import {
  type AccountsApp,
  type AccountsOptions,
  ADDRESS,
  cookieOf,
  PASSWORD,
  useAccounts,
} from "../../../testing/auth/accounts-app.ts";
import { engines } from "../../../testing/database/test-databases.ts";

describe.each(engines)("accounts on $name", (engine) => {
  const openAccounts = useAccounts(engine);
  let service: AccountsApp;
  afterEach(() => service.close());
  const open = async (options?: AccountsOptions) => {
    service = await openAccounts(options);
    return service;
  };

  it("sign-up creates an account and a session cookie that identifies the user", async () => {
    const { signUp, call } = await open();
    const response = await signUp();
    expect(response.statusCode).toBe(200);
    const { user, token } = response.json();
    expect(user).toMatchObject({ email: ADDRESS, name: "Ann", emailVerified: false });
    expect(user.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(token).toBeNull();
    expect(response.headers["cache-control"]).toBe("no-store");
    const who = await call("GET", "/whoami", { cookie: cookieOf(response) });
    expect(who.json()).toEqual({ userId: user.id });
    const session = await call("GET", "/auth/get-session", { cookie: cookieOf(response) });
    expect(session.json()).toMatchObject({ user: { id: user.id } });
  });

  it("sign-in accepts an email address in upper or lower case", async () => {
    const { signUp, signIn, call } = await open();
    const { user } = (await signUp({ email: "Ann@Example.com" })).json();
    const response = await signIn({ email: "ANN@example.COM" });
    expect(response.statusCode).toBe(200);
    expect((await call("GET", "/whoami", { cookie: cookieOf(response) })).json()).toEqual({ userId: user.id });
  });

  it("sign-in returns the same error for a wrong password and an unknown email address", async () => {
    const { signUp, signIn } = await open();
    await signUp();
    const answers = [await signIn({ password: "wrong horse battery" }), await signIn({ email: "bob@example.com" })];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: "unauthenticated", detail: "Invalid email or password" });
      expect(answer.cookies).toEqual([]);
    }
  });

  it("sign-up refuses an email address that already has an account", async () => {
    const { signUp } = await open();
    await signUp();
    const response = await signUp({ email: "ANN@example.com" });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({ code: "email_taken" });
  });

  it("only one of four concurrent sign-ups with the same email address succeeds", async () => {
    const { signUp, signIn } = await open();
    const answers = await Promise.all(Array.from({ length: 4 }, (_, n) => signUp({ name: `Ann ${n}` })));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409, 409, 409]);
    expect((await signIn()).statusCode).toBe(200);
  });

  it("sign-up refuses a missing, invalid or too long name, email address or password", async () => {
    const { accounts, signUp, people } = await open();
    const bad = [
      { password: "123456789" },
      { password: "p".repeat(129) },
      { password: undefined },
      { email: "ann" },
      { email: "ann@localhost" },
      { email: 7 },
      { name: undefined },
      { name: " " },
      { name: "n".repeat(256) },
      { name: "a\u0000b" },
    ];
    const good = { email: ADDRESS, name: "Ann", password: PASSWORD };
    for (const account of bad) {
      const refusal = accounts.createAccount({ ...good, ...account } as never);
      await expect(refusal, JSON.stringify(account)).rejects.toMatchObject({ code: "invalid_request" });
    }
    const response = await signUp(bad[0]);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid_request" });
    expect(response.cookies).toEqual([]);
    expect(people.size).toBe(0);
  });

  it.each([
    ["of 10 characters", "1234567890"],
    ["of 128 characters", "p".repeat(128)],
    ["in another script", "пароль без букв"],
  ])("sign-up and sign-in accept a password %s", async (_, password) => {
    const { signUp, signIn } = await open();
    expect((await signUp({ password })).statusCode).toBe(200);
    expect((await signIn({ password })).statusCode).toBe(200);
  });

  it("account routes refuse a body that is not a JSON object of at most 64 KiB", async () => {
    const { call, signUp } = await open();
    const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "email=a" };
    expect((await call("POST", "/auth/sign-up/email", form)).statusCode).toBe(415);
    expect((await call("POST", "/auth/sign-up/email", { body: [] })).statusCode).toBe(400);
    expect((await call("POST", "/auth/sign-in/email")).statusCode).toBe(400);
    expect((await signUp({ name: "n".repeat(64 * 1024) })).statusCode).toBe(413);
  });

  it("sign-up records a new user who is not an administrator", async () => {
    const { signUp, people, call } = await open();
    const first = await signUp();
    await signUp({ email: "bob@example.com", name: "Bob" });
    const list = () => [...people.values()].map(({ email, name, isAdmin }) => [email, name, isAdmin]);
    expect(list()).toEqual([
      [ADDRESS, "Ann", false],
      ["bob@example.com", "Bob", false],
    ]);
    const cookie = cookieOf(first);
    expect((await call("POST", "/auth/update-user", { cookie, body: { name: "Anna" } })).statusCode).toBe(200);
    expect(list()[0]).toEqual([ADDRESS, "Anna", false]);
    expect((await call("POST", "/auth/update-user", { cookie, body: { name: "a\u0000" } })).statusCode).toBe(400);
    expect(list()[0]).toEqual([ADDRESS, "Anna", false]);
  });

  it("an account can't have a profile picture", async () => {
    const { signUp, call } = await open();
    const cookie = cookieOf(await signUp());
    const update = (body: object) => call("POST", "/auth/update-user", { cookie, body });
    for (const image of ["javascript:alert(1)", "https://pictures.example/ann.png", ""]) {
      expect((await update({ name: "Anna", image })).json()).toMatchObject({ status: 400, code: "invalid_request" });
      expect((await update({ image })).statusCode).toBe(400);
    }
    const { user } = (await call("GET", "/auth/get-session", { cookie })).json();
    expect(user).toMatchObject({ name: "Ann", image: null });
  });

  it("the first account does not become an administrator", async () => {
    const { signIn, accounts, people } = await open();
    const { id } = await accounts.createAccount({ email: ADDRESS, name: "Ann", password: PASSWORD });
    await signIn();
    expect(people.get(id)).toMatchObject({ isAdmin: false });
  });

  it("sign-in records a user again if the record of the user is missing", async () => {
    const { signUp, signIn, people } = await open();
    await signUp();
    people.clear();
    await signIn();
    expect([...people.values()]).toMatchObject([{ email: ADDRESS, emailProvenBy: undefined, name: "Ann" }]);
  });

  it("the operator can create accounts while sign-up is closed", async () => {
    const { signUp, signIn, accounts, people } = await open({ signUp: "closed" });
    const refused = await signUp();
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({ code: "access_denied" });
    expect(people.size).toBe(0);
    const { id } = await accounts.createAccount({ email: ADDRESS, name: "Ann", password: PASSWORD });
    expect(people.get(id)).toMatchObject({ email: ADDRESS, emailProvenBy: "operator" });
    expect((await signIn()).json().user.id).toBe(id);
    await expect(accounts.createAccount({ email: ADDRESS, name: "Ann", password: PASSWORD })).rejects.toMatchObject({
      code: "email_taken",
    });
    await expect(
      accounts.createAccount({ email: "bob@example.com", name: "Bob", password: "short" }),
    ).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("a password change ends the other sessions of the account", async () => {
    const { signUp, signIn, call } = await open();
    const other = cookieOf(await signUp());
    const mine = cookieOf(await signIn());
    const body = { currentPassword: PASSWORD, newPassword: "another horse battery" };
    const wrong = { ...body, currentPassword: "not this one at all" };
    expect((await call("POST", "/auth/change-password", { cookie: mine, body: wrong })).statusCode).toBe(403);
    const changed = await call("POST", "/auth/change-password", { cookie: mine, body });
    expect(changed.statusCode).toBe(200);
    expect((await call("GET", "/whoami", { cookie: other })).statusCode).toBe(401);
    expect((await call("GET", "/whoami", { cookie: cookieOf(changed) })).statusCode).toBe(200);
    expect((await signIn()).statusCode).toBe(401);
    expect((await signIn({ password: body.newPassword })).statusCode).toBe(200);
  });

  it("the routes of the accounts library that the service does not use return 404", async () => {
    const { call } = await open();
    for (const path of ["/ok", "/error", "/sign-in/social", "/reset-password/token", "/delete-user", "/reference"]) {
      expect((await call("POST", `/auth${path}`, { body: {} })).statusCode).toBe(404);
      expect((await call("GET", `/auth${path}`)).statusCode).toBe(404);
    }
  });

  it("account routes work again after an outage of the database", async () => {
    const { accounts, signUp, signIn, call, openReplica, setDatabaseDown } = await open();
    expect(await accounts.hasAny()).toBe(false);
    const cookie = cookieOf(await signUp());
    expect(await accounts.hasAny()).toBe(true);
    setDatabaseDown(true);
    const answers = [
      await call("GET", "/whoami", { cookie }),
      await call("GET", "/auth/get-session", { cookie }),
      await call("GET", "/auth/list-sessions", { cookie }),
      await call("POST", "/auth/sign-out", { cookie }),
      await signIn(),
      await signUp({ email: "bob@example.com" }),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(503);
      expect(answer.json().code).toBe("database_unavailable");
    }
    // `hasAny` queries the database until an account exists. Afterwards, it returns true even during an outage.
    await expect(openReplica().accounts.hasAny()).rejects.toMatchObject({ code: "database_unavailable" });
    expect(await accounts.hasAny()).toBe(true);
    setDatabaseDown(false);
    expect(await openReplica().accounts.hasAny()).toBe(true);
    expect((await call("GET", "/whoami", { cookie })).statusCode).toBe(200);
    expect((await signIn()).statusCode).toBe(200);
  });
});
