import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import type { Database } from "../usecases/ports/index.ts";
import { ended, startChild } from "./testing/child-process.ts";
import type { DatabaseLocation } from "./testing/database-location.ts";
import { engines } from "./testing/test-databases.ts";
import { useDatabase } from "./testing/use-database.ts";

const ROUNDS = 10;
const ID_LENGTH = 36;
// After many events, the kill comes while SQLite files its journal (sqlite/journal/log.ts).
const eventsBeforeKill = (round: number) => (round % 5 === 4 ? 21_000 + 500 * round : 300 + 37 * round);

describe.each(engines)("URL events on $name", (engine) => {
  const suite = useDatabase(engine);
  it(`survive kill -9 once acknowledged, ${ROUNDS} times in a row`, async () => {
    const { file, url } = suite.test;
    const location = (file === undefined ? { url } : { file }) as DatabaseLocation;
    for (let round = 0; round < ROUNDS; round++) {
      const noteId = `round-${round}`;
      const events = eventsBeforeKill(round);
      const acknowledged = await recordUntilKilled(location, { noteId, events });
      const stored = new Set(await storedIds(suite.db, noteId));
      expect(acknowledged.length).toBeGreaterThanOrEqual(events);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
  });
});

async function storedIds(db: Database, noteId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await db.audit.listOfNote(noteId, { limit: 5_000, cursor });
    ids.push(...page.items.map((event) => event.id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}

async function recordUntilKilled(
  location: DatabaseLocation,
  { noteId, events }: { noteId: string; events: number },
): Promise<string[]> {
  const child = startChild("record-until-killed", [JSON.stringify(location), noteId]);
  const end = ended(child);
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    // The kill may cut the last line short.
    if (line.length === ID_LENGTH) acknowledged.push(line);
    if (acknowledged.length === events) child.kill("SIGKILL");
  }
  expect(await end).toBe("SIGKILL");
  return acknowledged;
}
