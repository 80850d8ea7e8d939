import { describe, expect, it, onTestFinished } from "vitest";
import { openPostgres } from "./index.ts";
import { sampleEvent } from "./testing/samples.ts";
import { recordStatementNames } from "./testing/statement-names.ts";
import { createTestPostgresDatabase } from "./testing/test-databases.ts";

const NAMES = ["vk_access_download_of_many", "vk_url_audit"];

// The tests of PgBouncer (e2e/src/pgbouncer) cover connections through a pooler.
describe("a direct connection to PostgreSQL", () => {
  it.each<["auto" | "on" | "off", string[]]>([
    ["auto", NAMES],
    ["on", NAMES],
    ["off", []],
  ])("with prepared %s sends the statement names %j", async (prepared, names) => {
    const database = await createTestPostgresDatabase();
    onTestFinished(database.remove);
    const recorder = await recordStatementNames(database.url);
    onTestFinished(recorder.stop);
    const db = await openPostgres({ url: recorder.url, clock: Date.now, prepared });
    onTestFinished(db.close);
    await db.access.download("ann", "none");
    await db.urlAudit.record(sampleEvent());
    expect(recorder.names()).toEqual(names);
  });
});
