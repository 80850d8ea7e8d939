import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noteQueries } from "../../../features/notes/queries.ts";
import { sampleNote } from "../../../testing/database/samples.ts";
import { TcpProxy } from "../../../testing/database/tcp-proxy.ts";
import { createTestPostgresDatabase } from "../../../testing/database/test-databases.ts";
import { openPostgres } from "../../../wiring/database/open-postgres.ts";
import type { Database } from "../queries.ts";

// Both hosts lead to the same server. The tests of a failover between servers need Patroni (e2e/src/patroni).
describe("a PostgreSQL database with two hosts", () => {
  let test: Awaited<ReturnType<typeof createTestPostgresDatabase>>;
  let proxies: [TcpProxy, TcpProxy];
  let url: string;

  beforeAll(async () => {
    test = await createTestPostgresDatabase({ migrated: true });
    const { hostname, port, host } = new URL(test.url);
    const target = { host: hostname, port: Number(port || 5432) };
    proxies = [new TcpProxy(target), new TcpProxy(target)];
    for (const proxy of proxies) await proxy.listen();
    url = test.url.replace(host, proxies.map((proxy) => `127.0.0.1:${proxy.port}`).join());
  });

  afterAll(async () => {
    for (const proxy of proxies) await proxy.cut();
    await test.remove();
  });

  const hostOf = (nth: 0 | 1) => `127.0.0.1:${proxies[nth].port}`;
  const write = (db: Database) => noteQueries(db).insert(sampleNote());

  it("the service starts while the first of two database hosts is down", async () => {
    await proxies[0].cut();
    const hosts: string[] = [];
    const db = await openPostgres({ url, clock: Date.now, onMove: (host) => hosts.push(host) });
    await write(db);
    expect(hosts).toEqual([hostOf(1)]);
    await db.close();
    await proxies[0].mend();
  });

  it.each(["cut", "stall"] as const)(
    "database calls use the second host after the first host fails (%s)",
    async (how) => {
      const hosts: string[] = [];
      const db = await openPostgres({ url, clock: Date.now, onMove: (host) => hosts.push(host) });
      await write(db);
      await proxies[0][how]();
      // The first call may use a connection to the first host, and then fails after its time limit.
      await write(db).catch((error) => expect(error).toMatchObject({ code: "database_unavailable" }));
      await Promise.all(Array.from({ length: 20 }, () => write(db)));
      await db.probe();
      expect(hosts).toEqual([hostOf(0), hostOf(1)]);
      await db.close();
      await proxies[0].mend();
    },
  );

  it("database calls work again after an outage of both hosts, without a restart", async () => {
    const db = await openPostgres({ url, clock: Date.now });
    for (const proxy of proxies) await proxy.cut();
    await expect.poll(() => write(db).catch((error) => error.cause?.message)).toContain(`${hostOf(1)}: connect ECONN`);
    for (const proxy of proxies) await proxy.mend();
    await write(db);
    await db.close();
  });
});
