import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";
import type { BucketServer } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { apiAs } from "../testing/api.ts";
import { commandOf, endOfCli, type Place, type RunningService, startProcess } from "../testing/service.ts";
import { audit, emptyLedger, type Ledger, seed, seedLarge, work } from "./load.ts";
import { ann, makeFixedPlace, settingsOf } from "./stage.ts";

/** A bucket of the chain. `server`: undefined for the built-in bucket. */
export type Hop = { name: string; number: number; server: Omit<BucketServer, "stop"> | undefined };

const KILLS = Number(process.env.KILL_ROUNDS ?? 1);
const OBJECTS = Number(process.env.MOVE_OBJECTS ?? 150);
const LARGE_FILES = Number(process.env.MOVE_LARGE_FILES ?? 1);
const LARGE_BYTES = Number(process.env.MOVE_LARGE_BYTES ?? 12_000_000);
const WORKERS = 3;
const OWNERS = ["bob", "cid", "dan", "eve"];

function settings({ server, number }: Hop, { prefix, place }: { prefix: string; place: Place }) {
  const numbered = { [`${prefix}S3_BUCKET_NUMBER`]: String(number) };
  if (server !== undefined) return { ...settingsOf(server, prefix), ...numbered };
  return { ...numbered, [`${prefix}S3_LOCAL_PORT`]: place.env.S3_LOCAL_PORT ?? "" };
}

/**
 * Moves files along a chain of buckets under load, and compares everything that the service has acknowledged with the buckets. Kills the
 * service once in each move, and each move several times. For a longer run, set KILL_ROUNDS, MOVE_OBJECTS, MOVE_LARGE_FILES and
 * MOVE_LARGE_BYTES.
 */
export async function moveUnderLoad(env: Record<string, string>, chain: readonly Hop[]): Promise<void> {
  const base = await makeFixedPlace({ AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc", URL_RATE_LIMIT: "0", ...env });
  onTestFinished(base.remove);
  const ledger = emptyLedger();
  for (const [nth, to] of chain.entries()) {
    const from = chain[nth - 1];
    if (from === undefined) continue;
    const { S3_LOCAL_PORT: _, ...common } = base.env;
    const blocks = {
      ...settings(from, { prefix: "", place: base }),
      ...settings(to, { prefix: "NEXT_", place: base }),
    };
    const place: Place = { ...base, env: { ...common, ...blocks } };
    let service = await startProcess(place);
    onTestFinished(() => void service.stop("SIGKILL"));
    const api = await ann(service.url);
    if (nth === 1) {
      await api.call("GET", "/me");
      const owners = await Promise.all(OWNERS.map((sub) => apiAs(service.url, { sub })));
      await seed(owners, { ledger, count: OBJECTS, reader: api });
      await seedLarge(api, { ledger, count: LARGE_FILES, bytes: LARGE_BYTES });
    }
    const stop = new AbortController();
    const workers = Promise.all(Array.from({ length: WORKERS }, () => work(api, { ledger, signal: stop.signal })));
    // The test handles this rejection after the move.
    workers.catch(() => undefined);
    const startedAt = performance.now();
    service = await killService(service, { place, ledger });
    let kills = 0;
    while (kills < KILLS && (await killInTheMiddle(place))) kills += 1;
    const moved = await endOfCli(place, ["move", "bucket", "--force"]);
    stop.abort();
    await workers;
    // The second run moves the files of uploads that were in progress at the end of the first run.
    const last = await endOfCli(place, ["move", "bucket", "--force"]);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(
      `${from.name} -> ${to.name}: ${kills} kills, ${seconds} s\n${moved.stdout}${last.stdout}${last.stderr}`,
    );
    // Swift has no checksums, so the service copies each verified object. If the kill interrupts such a copy, its upload stays open for a
    // day.
    const open = Number(/^(\d+) uploads in bucket/m.exec(last.stdout)?.[1] ?? 0);
    expect(open).toBeLessThanOrEqual(from.name === "swift" ? WORKERS : 0);
    expect(last.code).toBe(open === 0 ? 0 : 2);
    const origin = to.server?.endpoint ?? `http://localhost:${base.env.S3_LOCAL_PORT}`;
    const { files, wrong } = await audit(api, { ledger, isExpected: (url) => url.origin === origin });
    expect(wrong).toEqual([]);
    expect(kills).toBe(KILLS);
    expect(ledger.kills).toBe(nth);
    const gc = await endOfCli(place, ["gc", "--dry-run"]);
    expect(gc.stdout).toMatch(/^objects that no row explains +0 /m);
    expect(gc.stdout).toMatch(/^files without their object +0 /m);
    const { deleted, links, requests, longestMs } = ledger;
    const load = `${requests} rounds of load, longest ${Math.round(longestMs)} ms, ${deleted.size} deleted, ${links.length} links`;
    console.log(`${files} files compared, ${load}, ${ledger.kills} kills of the service, 0 other requests failed`);
    await service.stop();
  }
}

/** Kills the service and the move of its files at the same time, and restarts the service on the same ports. */
async function killService(service: RunningService, { place, ledger }: { place: Place; ledger: Ledger }) {
  const restarted = Promise.withResolvers<void>();
  await killInTheMiddle(place, async () => {
    ledger.isUp = restarted.promise;
    ledger.kills += 1;
    await service.stop("SIGKILL");
  });
  const again = await startProcess(place);
  restarted.resolve();
  onTestFinished(() => void again.stop("SIGKILL"));
  return again;
}

const aMoment = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 800));

/** Starts the move, and kills it after its first progress and after `wait`. Returns false if the move ended before. */
async function killInTheMiddle(place: Place, wait: () => Promise<void> = aMoment): Promise<boolean> {
  const child = spawn(process.execPath, [...commandOf(), "move", "bucket", "--json", "--force"], {
    env: place.env,
    cwd: place.dataDir,
  });
  const ended = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    const { type } = JSON.parse(line);
    if (type === "report") break;
    if (type !== "progress") continue;
    await wait();
    child.kill("SIGKILL");
    await ended;
    return child.signalCode === "SIGKILL";
  }
  await ended;
  return false;
}
