import type { Database, Tx } from "../platform/database/queries.ts";

/** Returns a database that adds the name of each query to `calls` before the query runs, also in transactions. */
export function recordCalls(db: Database, calls: string[]): Database {
  return beforeEachQuery(db, (call) => calls.push(call));
}

/** Returns a database that calls `onCall` with the name of each query before the query. If `onCall` throws, the query fails. */
export function beforeEachQuery(db: Database, onCall: (call: string) => void): Database {
  const trace: NonNullable<Tx["trace"]> = (name, queries) =>
    new Proxy(queries, {
      get(members, verb) {
        const query: unknown = Reflect.get(members, verb);
        if (typeof query !== "function") return query;
        return (...values: unknown[]) => {
          onCall(`${name.replace("database.", "")}.${String(verb)}`);
          return query.apply(members, values);
        };
      },
    });
  return {
    ...db,
    trace,
    built: new Map([...db.built].map(([define, queries]) => [define, trace(define.name, queries)])),
    transaction: (work, options) => db.transaction((tx) => work({ ...tx, trace }), options),
  };
}
