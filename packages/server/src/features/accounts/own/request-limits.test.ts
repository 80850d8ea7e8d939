import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type AccountsApp, useAccounts } from "../../../testing/auth/accounts-app.ts";
import { engines, sqlite } from "../../../testing/database/test-databases.ts";
import { stopClock } from "../../../testing/use-service.ts";

const MINUTE_MS = 60_000;
const addressOf = (nth: number) => `198.51.100.${nth}`;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(engines)("requirement 30: sign-ins from one IP address, on $name", (engine) => {
  const openAccounts = useAccounts(engine);
  let service: AccountsApp;
  beforeEach(stopClock);
  afterEach(() => service.close());

  let nth = 0;
  // Each try is for another account, because the service also limits the tries for one account.
  const guess = ({ app }: Pick<AccountsApp, "app"> = service, remoteAddress = addressOf(1)) => {
    nth += 1;
    const payload = { email: `person-${nth}@example.com`, password: "wrong horse battery" };
    return app.inject({ method: "POST", url: "/auth/sign-in/email", remoteAddress, payload });
  };
  const exhaust = async () => {
    for (let each = 0; each < 10; each += 1) expect((await guess()).statusCode).toBe(401);
  };

  it("one IP address can always try to sign in every 6.5 seconds", async () => {
    service = await openAccounts();
    for (let each = 0; each < 25; each += 1) {
      expect((await guess()).statusCode).toBe(401);
      vi.setSystemTime(Date.now() + 6_500);
    }
  });

  it("one IP address can try to sign in at most ten times in a minute", async () => {
    service = await openAccounts();
    await exhaust();
    for (let second = 0; second < 60; second += 20) {
      const refused = await guess();
      expect(refused.statusCode).toBe(429);
      expect(refused.json()).toMatchObject({ code: "rate_limited" });
      expect(refused.headers["retry-after"]).toBe(String(60 - second));
      vi.setSystemTime(Date.now() + 20_000);
    }
    expect((await guess()).statusCode).toBe(401);
  });

  it("two replicas together check only ten of 40 simultaneous sign-ins of one IP address", async () => {
    service = await openAccounts();
    const replica = service.openReplica();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, each) => guess(each % 2 === 0 ? service : replica)),
    );
    await replica.app.close();
    const statuses = answers.map(({ statusCode }) => statusCode).toSorted();
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(30).fill(429)]);
  });

  it("the service refuses sign-ins over the limit without a database query", async () => {
    service = await openAccounts();
    await exhaust();
    expect((await guess()).statusCode).toBe(429);
    service.setDatabaseDown(true);
    expect((await guess()).statusCode).toBe(429);
    expect((await guess(service, addressOf(2))).statusCode).toBe(503);
    service.setDatabaseDown(false);
    service.advance(MINUTE_MS);
    expect((await guess()).statusCode).toBe(401);
  });
});

describe("requirement 30: the queue for hashes of account passwords", () => {
  /** Holds each scrypt hash until the test calls its function in `ends`. `started`: the passwords in the order of their hashes. */
  function holdHashes() {
    const { scrypt } = crypto;
    const started: string[] = [];
    const ends: (() => void)[] = [];
    crypto.scrypt = ((password: string, salt: string, length: number, options: object, done: () => void) => {
      started.push(password);
      ends.push(() => scrypt(password, salt, length, options, done));
    }) as typeof scrypt;
    syncBuiltinESMExports();
    onTestFinished(() => {
      crypto.scrypt = scrypt;
      syncBuiltinESMExports();
    });
    return { started, ends };
  }

  const openAccounts = useAccounts(sqlite);
  async function open(): Promise<AccountsApp> {
    const service = await openAccounts();
    onTestFinished(() => service.close());
    return service;
  }

  it("at most two password hashes run at the same time, and client networks take turns", async () => {
    const service = await open();
    const { started, ends } = holdHashes();
    const signIn = (network: number, nth: number) =>
      service.signIn(
        { email: `person-${network}-${nth}@example.com`, password: `password ${network}-${nth}` },
        { remoteAddress: addressOf(network) },
      );
    const attack = [1, 2, 3].flatMap((network) => [0, 1, 2, 3].map((nth) => signIn(network, nth)));
    await expect.poll(() => started.length).toBe(2);
    const person = signIn(9, 0);
    // The service counts all requests in the database before they wait for a turn.
    await expect.poll(() => counted(service)).toBe(13);
    let most = 0;
    for (let ended = 0; ended < 13; ended += 1) {
      await expect.poll(() => ends.length).toBeGreaterThan(0);
      await nextTurn();
      most = Math.max(most, ends.length);
      ends.shift()?.();
    }
    for (const { statusCode } of await Promise.all([...attack, person])) expect(statusCode).toBe(401);
    expect(most).toBeLessThanOrEqual(2);
    expect(started.indexOf("password 9-0")).toBeLessThan(5);
  });

  it("the service does not compute a waiting password hash if the client disconnects", async () => {
    const service = await open();
    const { started, ends } = holdHashes();
    await service.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = service.app.server.address() as AddressInfo;
    const client = new AbortController();
    const post = (nth: number, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${port}/auth/sign-in/email`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: `person-${nth}@example.com`, password: `password ${nth}` }),
        ...(signal && { signal }),
      });
    const first = post(0);
    await expect.poll(() => started.length).toBe(1);
    const dropped = post(1, client.signal).catch(() => undefined);
    await expect.poll(() => counted(service)).toBe(2);
    client.abort();
    await dropped;
    const last = post(2);
    await expect.poll(() => counted(service)).toBe(3);
    ends.shift()?.();
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
    expect([(await first).status, (await last).status]).toEqual([401, 401]);
    // Without this call, the service would wait for the idle connections of `fetch` when it stops.
    service.app.server.closeAllConnections();
    expect(started).toEqual(["password 0", "password 2"]);
  });

  it.each([
    "sign-in/email",
    "sign-up/email",
    "reset-password",
    "change-password",
    "request-email-change",
    "second-factor/start",
    "second-factor/remove",
    "second-factor/recovery-codes",
    "passkeys/start",
    "delete-account",
  ])("the password hash of a request to /auth/%s waits in the queue", async (path) => {
    const service = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const others = ["one", "two"].map((holder) => service.hashTurns.run({ holder }, () => promise));
    let isDone = false;
    const waiting = service.call("POST", `/auth/${path}`, { body: {} }).finally(() => {
      isDone = true;
    });
    await expect.poll(() => counted(service)).toBe(1);
    await nextTurn();
    expect(isDone).toBe(false);
    resolve();
    await Promise.all(others);
    expect((await waiting).statusCode).toBeLessThan(500);
  });

  it("a sign-in returns Retry-After if 20 password hashes of its network wait", async () => {
    const service = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const holder = "ip 127.0.0.1";
    const others = Array.from({ length: 20 }, () => service.hashTurns.run({ holder }, () => promise));
    const refused = await service.signIn();
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "1"]);
    resolve();
    await Promise.all(others);
  });
});

/** Returns the number of requests in windows of one minute. The windows of the limits for one account are longer. */
async function counted({ db }: AccountsApp): Promise<number> {
  const end = Date.now() + MINUTE_MS;
  const rows = await db.selectFrom("limit_counts").select("count").where("expires_at", "<=", end).execute();
  return rows.reduce((sum, { count }) => sum + Number(count), 0);
}
