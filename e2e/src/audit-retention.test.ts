import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditQueries } from "../../packages/server/src/features/audit/queries.ts";
import { openAt } from "../../packages/server/src/testing/database/database-location.ts";
import { useDatabases } from "./testing/databases.ts";
import { makePlace, type Place, startProcess } from "./testing/service.ts";

const EVENTS = 3_000;
const OLD = Date.now() - 3 * 86_400_000;

function idOf(nth: number): string {
  const time = (OLD + nth).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

const openDatabase = ({ env, dataDir }: Place) =>
  openAt(env.DATABASE_URL === undefined ? { file: join(dataDir, "valetkey.db") } : { url: env.DATABASE_URL });

async function addOldEvents(place: Place): Promise<void> {
  const db = await openDatabase(place);
  await db.transaction(async (tx) => {
    for (let nth = 0; nth < EVENTS; nth++) {
      const about = { actorId: "ann", noteId: "note", ownerId: `owner-${nth % 3}`, attachmentIds: [], detail: {} };
      await auditQueries(tx).add({ id: idOf(nth), at: OLD + nth, action: "note.created", ...about });
    }
  });
  await db.close();
}

async function countEvents(place: Place): Promise<number> {
  const db = await openDatabase(place);
  const { count } = await db.kysely
    .selectFrom("audit_events")
    .select((eb) => eb.fn.countAll().as("count"))
    .where("note_id", "=", "note")
    .executeTakeFirstOrThrow();
  await db.close();
  return Number(count);
}

/** Reads the ids of the exported audit events. Skips the last line of each export file, which a killed process may leave incomplete. */
async function exportedIds(place: Place): Promise<Set<string>> {
  const folder = join(place.dataDir, "audit");
  const ids = new Set<string>();
  for (const name of await readdir(folder)) {
    const lines = (await readFile(join(folder, name), "utf8")).split("\n").slice(0, -1);
    for (const line of lines) ids.add(JSON.parse(line).id);
  }
  return ids;
}

describe.each(useDatabases())("AUDIT_DAYS, on $name", ({ makeEnv }) => {
  it("the service deletes an audit event only after its export, even after kill -9", async () => {
    const place = await makePlace(await makeEnv());
    await addOldEvents(place);
    place.env.AUDIT_DAYS = "1";

    let left = EVENTS;
    for (let kills = 0; kills < 2; kills++) {
      const files = (await readdir(join(place.dataDir, "audit")).catch(() => [])).length;
      const service = await startProcess(place);
      if (left > 0)
        await expect
          .poll(async () => (await readdir(join(place.dataDir, "audit")).catch(() => [])).length)
          .toBeGreaterThan(files);
      await service.stop("SIGKILL");
      left = await countEvents(place);
      const exported = await exportedIds(place);
      expect(exported.size + left).toBeGreaterThanOrEqual(EVENTS);
    }
    const service = await startProcess(place);
    await expect.poll(() => countEvents(place)).toBe(0);
    await service.stop();
    const exported = await exportedIds(place);
    for (let nth = 0; nth < EVENTS; nth++) expect(exported.has(idOf(nth)), `event ${nth}`).toBe(true);
    await place.remove();
  });
});
