import { afterAll, beforeAll, onTestFinished } from "vitest";
import { lookupQueries } from "../../../features/people/lookup-queries.ts";
import { createValetKey, type ItemName, type ValetKeyOptions } from "../../../index.ts";
import { inspect, startEmbedded } from "../../../platform/bucket/testing/bucket-server.ts";
import type { DatabaseUser } from "../../../platform/database/engine.ts";
import { withSchema } from "../../../platform/database/postgres/opening.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { DatabaseLocation } from "../../../testing/database/database-location.ts";
import { runSql, type TestEngine } from "../../../testing/database/test-databases.ts";
import { clientOf } from "./client.ts";
import { collectLines } from "./collect-lines.ts";
import { optionsAt, type Place, type TestUser } from "./place.ts";

export { clientOf } from "./client.ts";
export { invoice42, mayInvoice, optionsAt, type Place, type TestUser, users } from "./place.ts";

type Options = Partial<ValetKeyOptions<TestUser>>;
/** Registers a cleanup function. Default: runs the function at the end of the test. */
type AtEnd = (cleanUp: () => Promise<void>) => void;

type PlaceOptions = { isNew?: boolean; usedBy?: DatabaseUser; atEnd?: AtEnd };

/**
 * Creates a database and a bucket for one test. The database is a copy of a migrated database. With `isNew`, the database is empty, and the
 * embedding must migrate it, which takes longer. `usedBy`: whose tables the copy has. Default: the tables of an embedding.
 */
export async function createPlace(
  engine: TestEngine,
  { isNew = false, usedBy = "embedding", atEnd = onTestFinished }: PlaceOptions = {},
): Promise<Place> {
  const { location, remove } = await engine.createLocation({ migrated: !isNew, usedBy });
  atEnd(remove);
  if ("url" in location && !isNew) {
    // The copy has its tables in the schema `public`, but an embedding has its tables in its own schema.
    await runSql(location.url, "alter schema public rename to valetkey; create schema public");
  }
  const server = await startEmbedded();
  atEnd(() => server.stop());
  return { database: "url" in location ? location.url : location.file, server };
}

/** Returns the location of an embedding's database, for a test that reads the database directly. */
export function locationOf({ database }: Place): DatabaseLocation {
  return database.startsWith("postgres") ? { url: withSchema(database, "valetkey") } : { file: database };
}

/** Returns the id of the note that stores the files of an item. */
export async function noteIdOf(db: Tx, item: ItemName): Promise<string> {
  return (await lookupQueries(db).item(item))?.noteId ?? "";
}

export async function open(place: Place, options: Options = {}, atEnd: AtEnd = onTestFinished) {
  const log = collectLines();
  const files = await createValetKey(optionsAt(place, { logger: log.logger, ...options }));
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await files.close();
  };
  atEnd(close);
  return {
    files,
    as: (user: string) => clientOf(files.fetch, user),
    log: log.text,
    bucket: inspect(place.server),
    close,
  };
}

/** Opens an embedding before the tests of the surrounding suite, and closes the embedding after them. */
export function useEmbedding(
  engine: TestEngine,
  options: Options = {},
): Pick<Awaited<ReturnType<typeof open>>, "files" | "as" | "bucket"> {
  const cleanUps: (() => Promise<void>)[] = [];
  const atEnd: AtEnd = (cleanUp) => cleanUps.unshift(cleanUp);
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  beforeAll(async () => {
    opened = await open(await createPlace(engine, { atEnd }), options, atEnd);
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const running = () => {
    if (opened === undefined) throw new Error("The embedding has not started. Use it inside a test or a hook.");
    return opened;
  };
  return {
    get files() {
      return running().files;
    },
    as: (user) => running().as(user),
    get bucket() {
      return running().bucket;
    },
  };
}
