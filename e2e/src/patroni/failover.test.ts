import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createPrimary,
  type Primary,
  textOf,
} from "../../../packages/server/src/platform/database/postgres/primary.ts";
import { signTestJwt } from "../../../packages/server/src/testing/auth/test-jwt.ts";
import { type Api, apiAs } from "../testing/api.ts";
import { expectAllThere } from "../testing/expect-all-there.ts";
import { makeEmptyPlace, type Place, type RunningService, startProcess } from "../testing/service.ts";
import { type Cluster, type Node, startCluster } from "./cluster.ts";
import { type Ledger, longestGap, newLedger, titlesTwice, work } from "./load.ts";

// One kill and one freeze keep the test run short. Set FAILOVER_ROUNDS=10 for a long run.
const ROUNDS = Number(process.env.FAILOVER_ROUNDS ?? 1);
const WORKERS = 4;
/** The lease of a primary in the sample configuration of Patroni. */
const LEASE_MS = 20_000;
const WRITES_WORK_WITHIN_MS = 10_000;
/**
 * The sum of the time limits for a connection, a search for the primary, a second connection and a query, with reserve for a busy machine.
 */
const LONGEST_REQUEST_MS = 15_000;
const FAILOVER = { timeout: LEASE_MS + 40_000, interval: 50 };

describe("a service on a cluster of Patroni", () => {
  let cluster: Cluster;
  let place: Place;
  let service: RunningService;
  let token: string;
  let ann: Api;
  const gaps: number[] = [];
  const totals = { requests: 0, failures: 0, acknowledged: 0 };

  beforeAll(async () => {
    cluster = await startCluster();
    place = await makeEmptyPlace({ DATABASE_URL: cluster.url, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" });
    service = await startProcess(place);
    token = await signTestJwt({ sub: "ann", exp: Math.floor(Date.now() / 1000) + 86_400 });
    ann = await apiAs(service.url, { token });
  }, 120_000);

  afterAll(async () => {
    console.log(
      `failovers: longest times without a write ${gaps.map((gap) => Math.round(gap)).join(", ")} ms;`,
      totals,
    );
    await service?.stop();
    await cluster?.stop();
    await place?.remove();
  });

  /** Puts load on the service during a failover, and checks that no acknowledged change is lost. Returns the acknowledged changes. */
  async function underLoad(failover: (ledger: Ledger) => Promise<void>): Promise<Ledger> {
    await cluster.isComplete();
    const ledger = newLedger();
    const end = new AbortController();
    const load = { ledger, token, url: service.url, signal: end.signal };
    const working = Promise.all(Array.from({ length: WORKERS }, () => work(load)));
    try {
      await expect.poll(() => ledger.issued.length).toBeGreaterThan(WORKERS);
      await Promise.race([failover(ledger), working]);
    } finally {
      end.abort();
    }
    await working;
    await expectAllThere(ann, ledger);
    for (const id of ledger.deleted) expect((await ann.call("GET", `/attachments/${id}/url`)).status).toBe(404);
    expect(await titlesTwice(ann)).toEqual([]);
    expect(ledger.slowestMs).toBeLessThan(LONGEST_REQUEST_MS);
    const failures = Object.values(ledger.failures).reduce((sum, count) => sum + count, 0);
    console.log(
      `longest time without a write: ${Math.round(longestGap(ledger))} ms; slowest request: ${Math.round(ledger.slowestMs)} ms;`,
      `${ledger.requests} requests, of which failed`,
      ledger.failures,
    );
    gaps.push(longestGap(ledger));
    totals.requests += ledger.requests;
    totals.failures += failures;
    totals.acknowledged +=
      ledger.notes.length + ledger.attachments.length + ledger.issued.length + ledger.deleted.length;
    return ledger;
  }

  /** Waits for a new primary, and then for acknowledged writes. Returns the new primary. */
  async function promoted(from: Node, ledger: Ledger): Promise<Node> {
    await expect.poll(async () => (await cluster.primary({ other: from })) !== undefined, FAILOVER).toBe(true);
    const at = performance.now();
    const count = ledger.notes.length;
    await expect.poll(() => ledger.notes.length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(count + WORKERS);
    const tookMs = performance.now() - at;
    console.log(`writes worked ${Math.round(tookMs)} ms after the promotion`);
    expect(tookMs).toBeLessThan(WRITES_WORK_WITHIN_MS);
    return (await cluster.primary({ other: from })) as Node;
  }

  it("a request fails with 503 if its commit does not reach the standby", { timeout: 60_000 }, async () => {
    const primary = (await cluster.primary()) as Node;
    const wake = await Promise.all((await cluster.standbys()).map((node) => node.freeze()));
    try {
      const creating = ann.call("POST", "/notes", { title: "lost" });
      const cancel =
        "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and usename = 'valetkey'";
      await expect.poll(() => primary.sql(cancel), { interval: 20 }).not.toEqual([]);
      const { status, body } = await creating;
      expect([status, body.code]).toEqual([503, "database_unavailable"]);
    } finally {
      for (const each of wake) each();
    }
    await expect.poll(async () => (await ann.call("POST", "/notes", { title: "kept" })).status).toBe(201);
  });

  it("a switchover of Patroni loses no acknowledged change", { timeout: 180_000 }, async () => {
    await underLoad(async (ledger) => {
      const primary = (await cluster.primary()) as Node;
      await cluster.switchover(primary);
      await promoted(primary, ledger);
    });
  });

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`the service does not write to a primary machine that wakes after a freeze (round ${round})`, {
      timeout: 180_000,
    }, async () => {
      const ledger = await underLoad(async (ledger) => {
        const former = (await cluster.primary()) as Node;
        const wake = await former.freeze();
        const seen = createPrimary(cluster.url);
        try {
          if (process.env.FAILOVER_ROUNDS === undefined) await cluster.expireLease();
          const { address } = await promoted(former, ledger);
          await seen.find();
          expect(seen.current()).toContain(address);
          // PostgreSQL wakes before Patroni, and accepts writes.
          wake("postgres");
          await vi.waitUntil(async () => (await responseOf(former, seen)).includes("former primary"), {
            timeout: 20_000,
          });
          const restarted = createPrimary(cluster.url);
          await restarted.find();
          expect(restarted.current()).toContain(address);
        } finally {
          wake();
        }
        await expectRefused(former, seen);
      });
      expect(longestGap(ledger)).toBeLessThan(LEASE_MS + WRITES_WORK_WITHIN_MS);
    });

    it(`no acknowledged change is lost after a kill of the primary machine (round ${round})`, {
      timeout: 180_000,
    }, async () => {
      const ledger = await underLoad(async (ledger) => {
        const primary = (await cluster.primary()) as Node;
        await primary.kill();
        await promoted(primary, ledger);
        await primary.start();
      });
      expect(longestGap(ledger)).toBeLessThan(LEASE_MS + WRITES_WORK_WITHIN_MS);
    });
  }

  /** Returns why a service that has seen the new primary refuses the former primary. */
  async function responseOf(former: Node, seen: Primary): Promise<string> {
    const answer = (await seen.ask()).find(({ url }) => url === former.url);
    expect(answer?.timeline).toBeUndefined();
    return answer === undefined ? "" : textOf(answer);
  }

  /** Checks that the service refuses a former primary that accepts writes again, and uses the new primary after a restart. */
  async function expectRefused(former: Node, seen: Primary): Promise<void> {
    const refusals = new Set<string>();
    const isStandby = async () => {
      const restarted = createPrimary(cluster.url);
      await restarted.find();
      expect(restarted.current()).toBe(seen.current());
      refusals.add(await responseOf(former, seen));
      const [state] = await former.sql("select pg_is_in_recovery() as standby").catch(() => []);
      return (state as { standby: boolean } | undefined)?.standby === true;
    };
    await vi.waitUntil(isStandby, { timeout: 60_000, interval: 10 });
    console.log("the former primary was refused:", [...refusals].join("; "));
  }
});
