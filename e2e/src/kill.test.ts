import { describe, expect, it } from "vitest";
import { freePort } from "../../packages/server/src/wiring/free-port.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { type Acknowledged, nothingYet, sha256, workUntilKilled } from "./testing/load.ts";
import { makePlace, type RunningService, runCli, startProcess } from "./testing/service.ts";

// Ten rounds keep the suite short. KILL_ROUNDS=50 is the long run.
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 10);
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

async function expectAllThere(ann: Api, seen: Acknowledged): Promise<void> {
  for (const { id, title } of seen.notes) {
    expect((await ann.call("GET", `/notes/${id}`)).body.title).toBe(title);
  }
  for (const { noteId, userId } of seen.shares) {
    const { shares } = (await ann.call("GET", `/notes/${noteId}/shares`)).body;
    expect(shares.map((share: { userId: string }) => share.userId)).toContain(userId);
  }
  const urls = await urlsOf(
    ann,
    seen.attachments.map(({ id }) => id),
  );
  for (const { id, sha256: expected } of seen.attachments) {
    expect(await download(urls.get(id)), `attachment ${id}`).toBe(expected);
  }
  await expectIssuesRecorded(ann, seen);
}

async function expectIssuesRecorded(ann: Api, seen: Acknowledged): Promise<void> {
  const answered = new Map<string, { noteId: string; count: number }>();
  for (const { noteId, attachmentId } of seen.issued) {
    answered.set(attachmentId, { noteId, count: (answered.get(attachmentId)?.count ?? 0) + 1 });
  }
  for (const [attachmentId, { noteId, count }] of answered) {
    const { items } = (await ann.call("GET", `/notes/${noteId}/activity?limit=200`)).body;
    const recorded = items.filter(
      (event: { action: string; attachmentIds: string[] }) =>
        event.action === "url.issued" && event.attachmentIds.includes(attachmentId),
    );
    expect(recorded.length, `events of ${attachmentId}`).toBeGreaterThanOrEqual(count);
  }
}

/** Checks that every ready attachment is whole, also one that was not acknowledged. */
async function expectReadyIsWhole(ann: Api): Promise<void> {
  let cursor = "";
  do {
    const page = (await ann.call("GET", `/notes?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`)).body;
    const ready: { id: string; state: string; checksum: { value: string } }[] = [];
    for (const { id } of page.items) {
      const { attachments } = (await ann.call("GET", `/notes/${id}`)).body as { attachments: typeof ready };
      ready.push(...attachments.filter(({ state }) => state === "ready"));
    }
    const urls = await urlsOf(
      ann,
      ready.map(({ id }) => id),
    );
    for (const { id, checksum } of ready) expect(await download(urls.get(id))).toBe(checksum.value);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
}

async function urlsOf(ann: Api, ids: string[]): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (let start = 0; start < ids.length; start += 1000) {
    const answer = await ann.call("POST", "/attachments/urls", {
      attachmentIds: ids.slice(start, start + 1000),
      expiresIn: 3600,
    });
    for (const { attachmentId, fileUrl } of answer.body.urls) urls.set(attachmentId, fileUrl);
  }
  return urls;
}

async function download(url: string | undefined): Promise<string> {
  const response = await fetch(url ?? "");
  return sha256(new Uint8Array(await response.arrayBuffer()));
}
