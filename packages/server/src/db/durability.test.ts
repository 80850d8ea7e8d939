import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { Database } from "../usecases/ports.ts";
import { ended, startChild } from "./testing/child-process.ts";
import type { DatabaseLocation } from "./testing/database-location.ts";
import { describeDatabase } from "./testing/describe-database.ts";

const ROUNDS = 10;
const EVENTS_BEFORE_THE_KILL = 300;

describeDatabase("URL events", (suite) => {
  it(`survive kill -9 once acknowledged, ${ROUNDS} times in a row`, async () => {
    const { file, url } = suite.test;
    const location = (file === undefined ? { url } : { file }) as DatabaseLocation;
    for (let round = 0; round < ROUNDS; round++) {
      const noteId = `round-${round}`;
      const acknowledged = await recordUntilKilled(location, { noteId, events: EVENTS_BEFORE_THE_KILL + 37 * round });
      const stored = new Set(await storedIds(suite.db, noteId));
      expect(acknowledged.length).toBeGreaterThanOrEqual(EVENTS_BEFORE_THE_KILL);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
  });
});

async function storedIds(db: Database, noteId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await db.audit.listOfNote(noteId, { limit: 200, cursor });
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
    acknowledged.push(line);
    if (acknowledged.length === events) child.kill("SIGKILL");
  }
  expect(await end).toBe("SIGKILL");
  return acknowledged;
}
