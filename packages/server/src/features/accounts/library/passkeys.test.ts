import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { accountClient, TEST_PASSWORD } from "../../../testing/auth/account-client.ts";
import { openAccounts } from "../../../testing/auth/accounts-app.ts";
import { createAuthenticator } from "../../../testing/auth/authenticator.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { useService } from "../../../testing/use-service.ts";
import { passkeyQueries } from "../queries/factors.ts";

const MINUTE_MS = 60_000;

describe.each(engines)("requirement 56: passkeys on $name", (engine) => {
  let beforeUse = async (): Promise<void> => undefined;
  const observe = (db: Database): Database => ({
    ...db,
    built: withQueries(db, passkeyQueries, {
      async use(...use) {
        await beforeUse();
        return passkeyQueries(db).use(...use);
      },
    }),
  });
  const service = useService({ engine, hasAccounts: true, wrap: { database: observe } });
  const { get, post, signUp, statusOf } = accountClient(service);

  const challenge = async (): Promise<string> => (await post("sign-in/passkey/start", {})).body.challenge;
  const signIn = (response: object) => post("sign-in/passkey", { response });

  async function person(name: string) {
    const account = await signUp(name);
    const authenticator = createAuthenticator();
    const start = async () =>
      (await post("passkeys/start", { password: TEST_PASSWORD }, account.cookie)).body.challenge as string;
    const add = (response: object, label = "Laptop") => post("passkeys/add", { name: label, response }, account.cookie);
    const added = await add(authenticator.create({ challenge: await start() }));
    expect(added.code).toBe(200);
    return { ...account, authenticator, start, add, id: added.body.id as string };
  }

  it("a passkey signs its user in without a password", async () => {
    const ann = await person("ann");
    const signedIn = await signIn(ann.authenticator.get({ challenge: await challenge() }));
    expect(signedIn.body).toMatchObject({ token: null, user: { id: ann.userId } });
    expect(await statusOf(signedIn.cookie)).toBe(200);
    const { passkeys } = (await get("passkeys", ann.cookie)).body;
    expect(passkeys).toEqual([
      { id: ann.id, name: "Laptop", createdAt: expect.any(String), lastUsedAt: expect.any(String) },
    ]);
  });

  it("the service refuses a passkey if the authenticator did not verify the user", async () => {
    const ben = await person("ben");
    const isUserVerified = false;
    const response = ben.authenticator.get({ challenge: await challenge(), isUserVerified });
    expect((await signIn(response)).code).toBe("passkey_refused");
    const another = createAuthenticator().create({ challenge: await ben.start(), isUserVerified });
    expect((await ben.add(another)).code).toBe("passkey_refused");
  });

  it("a passkey challenge works once, within five minutes, for one purpose and person", async () => {
    const [carl, dora] = [await person("carl"), await person("dora")];
    const used = carl.authenticator.get({ challenge: await challenge() });
    const both = await Promise.all([signIn(used), signIn(used)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    const late = await challenge();
    service.advance(5 * MINUTE_MS);
    expect((await signIn(carl.authenticator.get({ challenge: late }))).code).toBe("passkey_refused");
    service.advance(-5 * MINUTE_MS);
    expect((await signIn(carl.authenticator.get({ challenge: await carl.start() }))).code).toBe("passkey_refused");
    const invented = carl.authenticator.get({ challenge: "x".repeat(43) });
    expect((await signIn(invented)).code).toBe("passkey_refused");
    const another = createAuthenticator();
    expect((await carl.add(another.create({ challenge: await challenge() }))).code).toBe("passkey_refused");
    expect((await carl.add(another.create({ challenge: await dora.start() }))).code).toBe("passkey_refused");
  });

  it("the service refuses a passkey with another origin or key, or an old counter", async () => {
    const emil = await person("emil");
    const origin = "https://evil.example";
    const evil = emil.authenticator.get({ challenge: await challenge(), origin });
    expect((await signIn(evil)).code).toBe("passkey_refused");
    const { id, rawId } = evil;
    const forged = { ...createAuthenticator().get({ challenge: await challenge() }), id, rawId };
    expect((await signIn(forged)).code).toBe("passkey_refused");
    for (const counter of [5, 6]) {
      expect((await signIn(emil.authenticator.get({ challenge: await challenge(), counter }))).status).toBe(200);
    }
    const copied = emil.authenticator.get({ challenge: await challenge(), counter: 6 });
    expect((await signIn(copied)).code).toBe("passkey_refused");
    const nonsense = [
      {},
      { id: 5 },
      { id: "\u0000" },
      { id: "unknown" },
      { id, response: "x" },
      { id, type: "public-key" },
    ];
    for (const response of nonsense) {
      expect((await signIn(response)).code, JSON.stringify(response)).toBe("passkey_refused");
      expect((await emil.add(response)).code, JSON.stringify(response)).toBe("passkey_refused");
    }
  });

  it("the service adds a passkey only with the account's password and a name", async () => {
    const [fred, gina] = [await person("fred"), await person("gina")];
    const again = fred.authenticator.create({ challenge: await gina.start() });
    expect((await gina.add(again)).code).toBe("passkey_exists");
    expect((await post("passkeys/start", { password: "wrong" }, gina.cookie)).code).toBe("wrong_password");
    const response = createAuthenticator().create({ challenge: await gina.start() });
    expect((await gina.add(response, " ")).code).toBe("invalid_request");
    for (const id of [fred.id, "\u0000", "unknown"]) {
      expect((await post("passkeys/remove", { id }, gina.cookie)).code, id).toBe("passkey_not_found");
    }
    expect((await signIn(fred.authenticator.get({ challenge: await challenge() }))).status).toBe(200);
  });

  it("only the owner can rename a passkey", async () => {
    const [nora, otto] = [await person("nora"), await person("otto")];
    const rename = (json: object, cookie = nora.cookie) => post("passkeys/rename", json, cookie);
    const names = async ({ cookie }: typeof nora) =>
      (await get("passkeys", cookie)).body.passkeys.map(({ name }: { name: string }) => name);
    const [before] = (await get("passkeys", nora.cookie)).body.passkeys;
    const renamed = await rename({ id: nora.id, name: "  Büro 🔑 " });
    expect([renamed.code, renamed.body]).toEqual([200, { ...before, name: "Büro 🔑" }]);
    expect((await signIn(nora.authenticator.get({ challenge: await challenge() }))).status).toBe(200);
    for (const name of ["", " ", "x".repeat(256), "a\u0000b", "a\nb", "\ud800", 5, null, undefined]) {
      expect([name, (await rename({ id: nora.id, name })).code]).toEqual([name, "invalid_request"]);
    }
    for (const id of [otto.id, "\u0000", "unknown"]) {
      expect([id, (await rename({ id, name: "Mine" })).code]).toEqual([id, "passkey_not_found"]);
    }
    expect((await rename({ name: "Mine" })).code).toBe("invalid_request");
    expect((await rename({ id: nora.id, name: "Mine" }, "")).code).toBe("unauthenticated");
    expect([await names(nora), await names(otto)]).toEqual([["Büro 🔑"], ["Laptop"]]);
  });

  it("the removal of a passkey ends its sessions and stops a simultaneous sign-in with it", async () => {
    const hugo = await person("hugo");
    const before = (await signIn(hugo.authenticator.get({ challenge: await challenge() }))).cookie;
    beforeUse = async () => {
      beforeUse = async () => undefined;
      expect((await post("passkeys/remove", { id: hugo.id }, hugo.cookie)).code).toBe(200);
    };
    const meanwhile = await signIn(hugo.authenticator.get({ challenge: await challenge() }));
    expect([meanwhile.code, meanwhile.cookie]).toEqual(["passkey_refused", ""]);
    expect([await statusOf(before), await statusOf(hugo.cookie)]).toEqual([401, 200]);
    expect((await signIn(hugo.authenticator.get({ challenge: await challenge() }))).code).toBe("passkey_refused");
  });

  it("an account with a second factor needs a code to add a passkey", async () => {
    const { cookie } = await signUp("kim");
    const { secret } = (await post("second-factor/start", { password: TEST_PASSWORD }, cookie)).body;
    const code = (ahead: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + ahead });
    await post("second-factor/confirm", { code: code(0) }, cookie);
    const start = async (extra: object) => {
      const { code } = await post("passkeys/start", { password: TEST_PASSWORD, ...extra }, cookie);
      return code;
    };
    expect(await start({})).toBe("second_factor_required");
    expect(await start({ code: "000000" })).toBe("wrong_second_factor");
    // A request with a wrong password does not use up the code.
    expect(await start({ password: "wrong", code: code(30_000) })).toBe("wrong_password");
    expect(await start({ code: code(30_000) })).toBe(200);
  });

  it("a password change with revokeApiTokens also removes passkeys", async () => {
    const [lea, max] = [await person("lea"), await person("max")];
    const isAccepted = async ({ authenticator }: typeof lea) =>
      (await signIn(authenticator.get({ challenge: await challenge() }))).status === 200;
    const change = { currentPassword: TEST_PASSWORD, newPassword: "another horse battery" };
    const { cookie } = await post("change-password", change, lea.cookie);
    expect(await isAccepted(lea)).toBe(true);
    const again = { currentPassword: change.newPassword, newPassword: "a third horse battery", revokeApiTokens: true };
    expect((await post("change-password", again, cookie)).status).toBe(200);
    expect(await isAccepted(lea)).toBe(false);
    const { token } = await service.useCases.makeResetLink(undefined, max.userId);
    await post("reset-password", { token, newPassword: change.newPassword, revokeApiTokens: true });
    expect(await isAccepted(max)).toBe(false);
  });

  it("a passkey does not sign in a disabled user", async () => {
    const iris = await person("iris");
    await service.useCases.disableUser(iris.userId);
    const response = iris.authenticator.get({ challenge: await challenge() });
    expect((await signIn(response)).code).toBe("access_denied");
  });
});

describe.each(["http://files.example.com", "https://192.0.2.1", "http://127.0.0.1:3000"])("on %s", (publicUrl) => {
  it("requirement 56: a service without HTTPS or a host name offers no passkeys", async () => {
    const [engine] = engines;
    const { call, close } = await openAccounts(engine as (typeof engines)[number], { publicUrl });
    expect((await call("POST", "/auth/sign-in/passkey/start", { body: {} })).json().code).toBe("passkeys_unavailable");
    await close();
  });
});
