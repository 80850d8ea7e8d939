import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { faultSuite } from "./fault.suite.ts";
import { createDatabase, databaseFaults, startPostgresServer } from "./faults/database-faults.ts";
import { examine, openStage } from "./stage.ts";

describe("the doctor on PostgreSQL", () => {
  let healthy: { url: string; stop(): Promise<void> };
  let loose: { url: string; stop(): Promise<void> };
  beforeAll(async () => {
    healthy = await startPostgresServer([]);
    loose = await startPostgresServer(["fsync=off", "full_page_writes=off"]);
  });
  afterAll(async () => {
    await healthy.stop();
    await loose.stop();
  });

  it("the doctor reports no false fault on PostgreSQL", async () => {
    const stage = await openStage();
    onTestFinished(stage.close);
    const report = await examine({ ...stage.env, DATABASE_URL: await createDatabase(healthy.url) });
    expect(report.findings).toEqual([]);
    expect(report.checked).toContain("PostgreSQL");
  });

  faultSuite(databaseFaults(() => ({ healthyUrl: healthy.url, looseUrl: loose.url })));
});
