import { afterAll, beforeAll, describe } from "vitest";
import type { OpenDatabase } from "../database.ts";
import { engines, type TestDatabase, type TestEngine } from "./test-databases.ts";

/** What a suite works with. `db` and `test` are there once the tests run; `clock.now` is the time that the database goes by. */
export type DatabaseSuite = {
  engine: TestEngine;
  readonly db: OpenDatabase;
  readonly test: TestDatabase;
  clock: { now: number };
};

/** Describes the same behaviour for each engine, each on a fresh database. */
export function describeDatabase(name: string, describeSuite: (suite: DatabaseSuite) => void): void {
  describe.each(engines)(`${name} on $name`, (engine) => {
    const clock = { now: Date.UTC(2030, 0, 1) };
    let opened: TestDatabase | undefined;
    const test = () => {
      if (opened === undefined) throw new Error("The database is opened when the tests run.");
      return opened;
    };
    beforeAll(async () => {
      opened = await engine.open({ clock: () => clock.now });
    });
    afterAll(() => opened?.close());
    describeSuite({
      engine,
      clock,
      get db() {
        return test().db;
      },
      get test() {
        return test();
      },
    });
  });
}
