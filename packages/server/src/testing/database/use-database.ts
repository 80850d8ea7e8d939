import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import type { TestDatabase, TestEngine } from "./test-databases.ts";

export type DatabaseFixture = {
  /** The open database. Only available while tests run. */
  readonly db: Database;
  readonly test: TestDatabase;
  /** `clock.now` is the current time of the database, in milliseconds since the epoch. */
  clock: { now: number };
};

/** Opens a new database before the tests of the surrounding suite, and removes it after them. */
export function useDatabase(engine: TestEngine): DatabaseFixture {
  const clock = { now: Date.UTC(2030, 0, 1) };
  let opened: TestDatabase | undefined;
  const test = () => {
    if (opened === undefined) throw new Error("The database is open only while tests run.");
    return opened;
  };
  beforeAll(async () => {
    opened = await engine.open({ clock: () => clock.now });
  });
  afterAll(() => opened?.close());
  return {
    clock,
    get db() {
      return test().db;
    },
    get test() {
      return test();
    },
  };
}
