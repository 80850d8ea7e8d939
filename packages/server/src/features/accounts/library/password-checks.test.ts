import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AccountsApp, ADDRESS, cookieOf, PASSWORD, useAccounts } from "../../../testing/auth/accounts-app.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { stopClock } from "../../../testing/use-service.ts";

const GUESSES = 60;
const LIMIT = 10;
const WINDOW_MS = 15 * 60_000;
const WRONG = "wrong horse battery";

describe.each(engines)("requirement 30: the limit of password tries for one account, on $name", (engine) => {
  const openAccounts = useAccounts(engine);
  let service: AccountsApp;
  beforeEach(stopClock);
  afterEach(() => service.close());

  async function open(): Promise<AccountsApp> {
    service = await openAccounts();
    await service.signUp();
    return service;
  }

  let address = 0;
  const nextAddress = () => `198.51.${Math.floor(++address / 250)}.${address % 250}`;
  const guess = (account: object = {}) =>
    service.signIn({ password: WRONG, ...account }, { remoteAddress: nextAddress() });

  async function exhaust(): Promise<void> {
    for (let nth = 0; nth < LIMIT; nth += 1) expect((await guess()).statusCode).toBe(401);
  }

  it.each([ADDRESS, "nobody@example.com"])(
    "two replicas together check only 10 of 60 parallel password tries for %s",
    async (email) => {
      const { app } = await open();
      const replica = service.openReplica().app;
      const answers = await Promise.all(
        Array.from({ length: GUESSES }, (_, nth) =>
          (nth % 2 === 0 ? app : replica).inject({
            method: "POST",
            url: "/auth/sign-in/email",
            remoteAddress: `203.0.113.${nth}`,
            payload: { email: nth % 3 === 0 ? email.toUpperCase() : email, password: WRONG },
          }),
        ),
      );
      const statuses = answers.map(({ statusCode }) => statusCode).toSorted();
      expect(statuses).toEqual([...Array(LIMIT).fill(401), ...Array(GUESSES - LIMIT).fill(429)]);
      const refused = answers.find(({ statusCode }) => statusCode === 429);
      expect(refused?.json()).toMatchObject({ code: "rate_limited" });
      const retryAfter = Number(refused?.headers["retry-after"]);
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(WINDOW_MS / 1000);
      await replica.close();
    },
  );

  it("after ten wrong passwords, the service refuses the right password for 15 minutes", async () => {
    await open();
    await exhaust();
    expect((await guess({ password: PASSWORD })).statusCode).toBe(429);
    service.advance(WINDOW_MS - 5_000);
    expect((await guess({ password: PASSWORD })).statusCode).toBe(429);
    service.advance(5_000);
    expect((await guess({ password: PASSWORD })).statusCode).toBe(200);
  });

  it("password tries over the limit do not extend the time window", async () => {
    await open();
    await exhaust();
    service.advance(WINDOW_MS / 2);
    for (let nth = 0; nth < LIMIT; nth += 1) expect((await guess()).statusCode).toBe(429);
    service.advance(WINDOW_MS / 2);
    expect((await guess()).statusCode).toBe(401);
  });

  it("the right password resets the count of wrong passwords", async () => {
    await open();
    for (let round = 0; round < 2; round += 1) {
      for (let nth = 1; nth < LIMIT; nth += 1) expect((await guess()).statusCode).toBe(401);
      expect((await guess({ password: PASSWORD })).statusCode).toBe(200);
    }
  });

  it("wrong passwords for one account do not block its sessions and other accounts", async () => {
    await open();
    const cookie = cookieOf(await guess({ password: PASSWORD }));
    await service.signUp({ email: "bob@example.com" }, { remoteAddress: nextAddress() });
    await exhaust();
    expect((await service.call("GET", "/whoami", { cookie })).statusCode).toBe(200);
    expect((await guess({ email: "bob@example.com", password: PASSWORD })).statusCode).toBe(200);
  });

  it("a password change allows at most ten wrong current passwords in 15 minutes", async () => {
    await open();
    const cookie = cookieOf(await guess({ password: PASSWORD }));
    const change = (currentPassword: string) =>
      service.call("POST", "/auth/change-password", {
        cookie,
        remoteAddress: nextAddress(),
        body: { currentPassword, newPassword: "another horse battery" },
      });
    for (let nth = 0; nth < LIMIT; nth += 1) expect((await change(WRONG)).statusCode).toBe(403);
    expect((await change(PASSWORD)).statusCode).toBe(429);
    service.advance(WINDOW_MS);
    expect((await change(PASSWORD)).statusCode).toBe(200);
  });

  it("the stored counts of password tries contain no email address", async () => {
    await open();
    await guess();
    const rows = await service.db.selectFrom("limit_counts").selectAll().execute();
    // One count each for the sign-up, the sign-in and the wrong password.
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain("ann");
  });
});
