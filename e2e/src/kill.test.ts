import { describe, expect, it } from "vitest";
import { freePort } from "../../packages/server/src/wiring/free-port.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { expectAllThere, expectReadyIsWhole } from "./testing/expect-all-there.ts";
import { type Acknowledged, nothingYet, workUntilKilled } from "./testing/load.ts";
import { makePlace, type RunningService, runCli, startProcess } from "./testing/service.ts";

// Five rounds keep the suite short. A long run has KILL_ROUNDS=50.
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5);
const WORKERS = 4;

describe.each(useDatabases())("kill -9 under a mixed load, on $name", ({ makeEnv }) => {
  it(`loses nothing acknowledged in ${ROUNDS} rounds`, async () => {
    // The quota makes pending forms hold reservations. The command needs to know the port of the bucket.
    const settings = { USER_QUOTA_BYTES: "1TiB", S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    const place = await makePlace({ ...(await makeEnv()), ...settings });
    const total = nothingYet();
    let lastSeen = nothingYet();
    for (let round = 0; round < ROUNDS; round++) {
      const service = await startProcess(place);
      const ann = await apiAs(service.url, { sub: "ann" });
      await expectAllThere(ann, lastSeen);
      lastSeen = await loadAndKill(service, ann);
      for (const noun of ["notes", "shares", "attachments", "issued"] as const) {
        (total[noun] as unknown[]).push(...lastSeen[noun]);
      }
    }
    // Checks the whole run after the last start.
    const service = await startProcess(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    await expectAllThere(ann, total);
    await expectReadyIsWhole(ann);
    // Exits with 1 when bucket, rows and counters disagree.
    expect((await runCli(place, ["gc", "--dry-run"])).stdout).toContain("counters of usage that are wrong");
    await service.stop();
    await place.remove();
    const counts = Object.fromEntries(Object.entries(total).map(([noun, list]) => [noun, list.length]));
    console.log(`killed ${ROUNDS} times; acknowledged and found again:`, JSON.stringify(counts));
    expect(total.issued.length).toBeGreaterThan(ROUNDS);
  }, 600_000);
});

/** Kills the service at a random moment after each worker has an acknowledged file. */
async function loadAndKill(service: RunningService, ann: Api): Promise<Acknowledged> {
  const seen = nothingYet();
  const workers = Array.from({ length: WORKERS }, () => workUntilKilled(ann, seen));
  while (seen.issued.length < WORKERS) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
  await service.stop("SIGKILL");
  await Promise.all(workers);
  return seen;
}
