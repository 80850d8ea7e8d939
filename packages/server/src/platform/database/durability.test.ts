import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../features/audit/audit-event.ts";
import { auditQueries } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { uploadQueries } from "../../features/uploads/queries/uploads.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import { ended, startChild } from "../../testing/database/child-process.ts";
import type { DatabaseLocation } from "../../testing/database/database-location.ts";
import { sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import type { Database } from "./queries.ts";

/**
 * The number of kills in each test. A thorough test takes minutes: `KILL_ROUNDS=1000 npx vitest run
 * packages/server/src/platform/database/durability.test.ts`.
 */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
const ID_LENGTH = 36;
// In every second round, the test kills the process after more than 20,000 events. SQLite then moves events out of its journal
// (features/audit/journal/log.ts). PostgreSQL has no journal of URL events.
const eventsBeforeKill = (round: number, engine: string) =>
  engine === "sqlite" && round % 2 === 1 ? 21_000 + 500 * (round % 10) : 300 + 37 * round;

describe.each(engines)("URL events on $name", (engine) => {
  const suite = useDatabase(engine);
  it(`acknowledged URL events survive kill -9 of the service, ${ROUNDS} times in a row`, async () => {
    const { file, url } = suite.test;
    const location = (file === undefined ? { url } : { file }) as DatabaseLocation;
    for (let round = 0; round < ROUNDS; round++) {
      const noteId = `round-${round}`;
      const events = eventsBeforeKill(round, engine.name);
      const acknowledged = await runUntilKilled("record-until-killed", location, { noteId, acknowledgements: events });
      const stored = new Set((await storedEvents(suite.db, noteId)).map(({ id }) => id));
      expect(acknowledged.length).toBeGreaterThanOrEqual(events);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
  });
});

describe.each(engines)("transactions and upload starts on $name", (engine) => {
  const suite = useDatabase(engine);
  it(`no transaction or upload start is half complete after kill -9 (${ROUNDS} times)`, async () => {
    const { file, url } = suite.test;
    const location = (file === undefined ? { url } : { file }) as DatabaseLocation;
    for (let round = 0; round < ROUNDS; round++) {
      const noteId = `round-${round}`;
      await noteQueries(suite.db).insert(sampleNote({ id: noteId, ownerId: noteId }));
      const acknowledgements = 20 + 37 * (round % 10);
      const acknowledged = await runUntilKilled("write-until-killed", location, { noteId, acknowledgements });
      const stored = await storedEvents(suite.db, noteId);
      const firsts = new Set(stored.filter(({ actorId }) => actorId === "bob").map(({ id }) => id));
      const partners = new Set(stored.filter(({ actorId }) => actorId !== "bob").map(({ actorId }) => actorId));
      expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgements);
      const uploads = new Set(await startedUploads(suite.db, noteId));
      expect(acknowledged.filter((id) => !firsts.has(id) && !uploads.has(id))).toEqual([]);
      expect(partners).toEqual(firsts);
      expect(await usageQueries(suite.db).find(noteId)).toEqual({ bytes: uploads.size, files: uploads.size });
    }
  });
});

async function storedEvents(db: Database, noteId: string): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await auditQueries(db).listOfNote(noteId, { limit: 5_000, cursor });
    events.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return events;
}

async function startedUploads(db: Database, noteId: string): Promise<string[]> {
  const uploads = await uploadQueries(db).listAbandoned(Number.MAX_SAFE_INTEGER, 1_000_000);
  return uploads.filter((upload) => upload.noteId === noteId).map(({ id }) => id);
}

/** Starts a child process, and kills it after it has printed `acknowledgements` ids. Returns all ids that the process printed. */
async function runUntilKilled(
  name: string,
  location: DatabaseLocation,
  { noteId, acknowledgements }: { noteId: string; acknowledgements: number },
): Promise<string[]> {
  const child = startChild(name, [JSON.stringify(location), noteId]);
  const end = ended(child);
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    // The last line may be incomplete, because the test killed the process.
    if (line.length === ID_LENGTH) acknowledged.push(line);
    if (acknowledged.length === acknowledgements) child.kill("SIGKILL");
  }
  expect(await end).toBe("SIGKILL");
  return acknowledged;
}
