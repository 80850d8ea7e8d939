import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type AccountsApp, cookieOf, openAccounts, PASSWORD } from "../../../testing/auth/accounts-app.ts";
import { engines } from "../../../testing/database/test-databases.ts";

const STEP_MS = 30_000;
const HOUR_MS = 3_600_000;

describe.each(engines)("requirement 54: the second factor of an account on $name", (engine) => {
  let service: AccountsApp;
  let aheadMs = 0;
  beforeAll(async () => {
    // Only the test moves the clock. With a real clock, the next time step could begin between a code and its check.
    vi.useFakeTimers({ toFake: ["Date"] });
    service = await openAccounts(engine);
  });
  afterAll(async () => {
    await service.close();
    vi.useRealTimers();
  });

  const advance = (milliseconds: number) => {
    aheadMs += milliseconds;
    service.advance(milliseconds);
  };
  let address = 0;
  const post = (path: string, body: object, cookie?: string) =>
    service.call("POST", `/auth/${path}`, {
      body,
      remoteAddress: `198.51.100.${++address % 250}`,
      ...(cookie === undefined ? {} : { cookie }),
    });
  const codeOf = (response: { statusCode: number; json(): { code?: string } }) =>
    response.statusCode === 200 ? 200 : response.json().code;

  let people = 0;
  /** Creates a user with a session, and with an authenticator app if `isOn`. */
  async function person({ isOn = true } = {}) {
    const email = `person-${++people}@example.com`;
    const signedUp = await post("sign-up/email", { email, name: "Ann", password: PASSWORD });
    const cookie = cookieOf(signedUp);
    const userId: string = signedUp.json().user.id;
    const signIn = (extra: object = {}) => post("sign-in/email", { email, password: PASSWORD, ...extra });
    if (!isOn) return { email, cookie, userId, signIn, secret: "", recoveryCodes: [], code: () => "" };
    const { secret } = (await post("second-factor/start", { password: PASSWORD }, cookie)).json();
    const code = (steps = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + aheadMs + steps * STEP_MS });
    const confirmed = await post("second-factor/confirm", { code: code() }, cookie);
    expect(confirmed.statusCode).toBe(200);
    // Moves the clock to the next time step, in which the authenticator app shows another code.
    advance(STEP_MS);
    return { email, cookie, userId, signIn, secret, recoveryCodes: confirmed.json().recoveryCodes as string[], code };
  }
  const isSignedIn = async (cookie: string) => (await service.call("GET", "/whoami", { cookie })).statusCode === 200;
  const sessionsOf = (userId: string) =>
    service.db.selectFrom("auth_sessions").select("id").where("user_id", "=", userId).execute();

  it("a sign-in requires a code of the second factor only after the right password", async () => {
    const { signIn, code, userId } = await person();
    const before = await sessionsOf(userId);
    const asked = await signIn();
    expect([codeOf(asked), asked.cookies]).toEqual(["second_factor_required", []]);
    expect(codeOf(await signIn({ password: "wrong horse battery", code: code() }))).toBe("unauthenticated");
    expect(codeOf(await signIn({ code: "000000" }))).toBe("wrong_second_factor");
    expect(await sessionsOf(userId)).toEqual(before);
    const signedIn = await signIn({ code: code() });
    expect(signedIn.statusCode).toBe(200);
    expect(await isSignedIn(cookieOf(signedIn))).toBe(true);
  });

  it("each code of an authenticator app works once, even on two replicas", async () => {
    const { signIn, code, email } = await person();
    const replica = service.openReplica().app;
    const body = { email, password: PASSWORD, code: code() };
    const answers = await Promise.all([
      signIn(body),
      replica.inject({ method: "POST", url: "/auth/sign-in/email", remoteAddress: "203.0.113.1", payload: body }),
    ]);
    expect(answers.map(codeOf).toSorted()).toEqual([200, "wrong_second_factor"]);
    // The service also refuses an unused code of an earlier time step.
    expect(codeOf(await signIn({ code: code(-1) }))).toBe("wrong_second_factor");
    advance(STEP_MS);
    expect(codeOf(await signIn({ code: code() }))).toBe(200);
    await replica.close();
  });

  it("an authenticator app works if its clock is at most 30 seconds wrong", async () => {
    const { signIn, code } = await person();
    expect(codeOf(await signIn({ code: code(-2) }))).toBe("wrong_second_factor");
    expect(codeOf(await signIn({ code: code(2) }))).toBe("wrong_second_factor");
    expect(codeOf(await signIn({ code: code(1) }))).toBe(200);
  });

  it("a recovery code works once, in upper or lower case, with or without spaces", async () => {
    const { signIn, recoveryCodes, cookie } = await person();
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = "", second = ""] = recoveryCodes;
    expect(codeOf(await signIn({ code: ` ${first.toLowerCase().replaceAll("-", " ")}` }))).toBe(200);
    expect(codeOf(await signIn({ code: first }))).toBe("wrong_second_factor");
    expect(codeOf(await signIn({ code: second }))).toBe(200);
    const state = await service.call("GET", "/auth/second-factor", { cookie });
    expect(state.json()).toEqual({ isOn: true, recoveryCodesLeft: 8 });
  });

  it("the service refuses a recovery code of another account", async () => {
    const [ann, ben] = [await person(), await person()];
    expect(codeOf(await ann.signIn({ code: ben.recoveryCodes[0] }))).toBe("wrong_second_factor");
    expect(codeOf(await ann.signIn({ code: ben.code() }))).toBe("wrong_second_factor");
  });

  it("the database contains neither the secret of a second factor nor a recovery code", async () => {
    const { secret, recoveryCodes, userId } = await person();
    const rows = [
      ...(await service.db.selectFrom("second_factors").selectAll().where("user_id", "=", userId).execute()),
      ...(await service.db.selectFrom("recovery_codes").selectAll().where("user_id", "=", userId).execute()),
    ];
    const stored = JSON.stringify(rows);
    expect(rows).toHaveLength(11);
    for (const one of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll("-", ""))]) {
      expect(stored).not.toContain(one);
    }
  });

  it("after ten wrong codes in an hour, the service refuses the right code", async () => {
    const { signIn, code, recoveryCodes } = await person();
    // The limit of password tries is lower than the limit of codes. So the clock moves past the window of the password limit between the
    // tries.
    const guesses = async (count: number) =>
      (await Promise.all(Array.from({ length: count }, () => signIn({ code: "000000" })))).map(codeOf);
    expect(await guesses(6)).toEqual(Array(6).fill("wrong_second_factor"));
    advance(HOUR_MS / 3);
    expect((await guesses(9)).toSorted()).toEqual([
      ...Array(5).fill("rate_limited"),
      ...Array(4).fill("wrong_second_factor"),
    ]);
    advance(HOUR_MS / 3);
    expect(codeOf(await signIn({ code: code() }))).toBe("rate_limited");
    expect(codeOf(await signIn({ code: recoveryCodes[0] }))).toBe("rate_limited");
    advance(HOUR_MS / 3);
    expect(codeOf(await signIn({ code: code() }))).toBe(200);
  });

  it("the setup, removal and renewal of a second factor need the password", async () => {
    const { cookie } = await person();
    const off = await person({ isOn: false });
    expect(codeOf(await post("second-factor/start", { password: "wrong" }, off.cookie))).toBe("wrong_password");
    for (const path of ["second-factor/remove", "second-factor/recovery-codes"]) {
      expect(codeOf(await post(path, { password: "wrong" }, cookie)), path).toBe("wrong_password");
      expect(codeOf(await post(path, {}, cookie)), path).toBe("invalid_request");
      expect(codeOf(await post(path, { password: PASSWORD })), path).toBe("unauthenticated");
    }
  });

  it("a second factor has no effect until its owner enters a first code", async () => {
    const { cookie, signIn } = await person({ isOn: false });
    expect(codeOf(await post("second-factor/confirm", { code: "000000" }, cookie))).toBe("second_factor_missing");
    await post("second-factor/start", { password: PASSWORD }, cookie);
    expect(codeOf(await post("second-factor/confirm", { code: "000000" }, cookie))).toBe("wrong_second_factor");
    expect(codeOf(await signIn())).toBe(200);
    expect((await service.call("GET", "/auth/second-factor", { cookie })).json().isOn).toBe(false);
  });

  it("an account can't have a second authenticator app", async () => {
    const { cookie, signIn, code } = await person();
    expect(codeOf(await post("second-factor/start", { password: PASSWORD }, cookie))).toBe("second_factor_exists");
    expect(codeOf(await post("second-factor/confirm", { code: code() }, cookie))).toBe("second_factor_exists");
    expect(codeOf(await signIn({ code: code() }))).toBe(200);
  });

  it("a change of the second factor or the recovery codes ends the other sessions", async () => {
    const { cookie, signIn, code, recoveryCodes } = await person();
    const another = async (factor?: string) => cookieOf(await signIn(factor === undefined ? {} : { code: factor }));
    const first = await another(code());
    const renewed = await post("second-factor/recovery-codes", { password: PASSWORD }, cookie);
    expect(renewed.json().recoveryCodes).toHaveLength(10);
    expect([await isSignedIn(first), await isSignedIn(cookie)]).toEqual([false, true]);
    expect(codeOf(await signIn({ code: recoveryCodes[0] }))).toBe("wrong_second_factor");
    const second = await another(renewed.json().recoveryCodes[0]);
    expect(codeOf(await post("second-factor/remove", { password: PASSWORD }, cookie))).toBe(200);
    expect([await isSignedIn(second), await isSignedIn(cookie)]).toEqual([false, true]);
    const third = await another();
    expect(await isSignedIn(third)).toBe(true);
    const { secret } = (await post("second-factor/start", { password: PASSWORD }, cookie)).json();
    const fresh = new TOTP({ secret }).generate({ timestamp: Date.now() + aheadMs });
    expect(codeOf(await post("second-factor/confirm", { code: fresh }, cookie))).toBe(200);
    expect([await isSignedIn(third), await isSignedIn(cookie)]).toEqual([false, true]);
  });

  it("a sign-in refuses a code of the second factor in a wrong form", async () => {
    const { signIn } = await person();
    expect(codeOf(await signIn({ code: 123456 }))).toBe("second_factor_required");
    for (const code of ["", "12345", "1234567", "١٢٣٤٥٦", "a".repeat(60_000)]) {
      expect(codeOf(await signIn({ code })), code.slice(0, 9)).toBe("wrong_second_factor");
    }
  });
});
