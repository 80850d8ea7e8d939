import type { Database, Tx } from "../platform/database/queries.ts";

/** Adds the name of each query to `calls` when the query is called. This includes queries in transactions. */
export function recordCalls(db: Database, calls: string[]): Database {
  return beforeEachQuery(db, (call) => calls.push(call));
}

/**
 * Before each query, calls `onCall` with the name of the query. This includes queries in transactions. If `onCall` throws, the query fails.
 */
export function beforeEachQuery(db: Database, onCall: (call: string) => void): Database {
  const observed = observeQueries(db, onCall);
  return new Proxy(observed, {
    get(target, name) {
      if (name !== "transaction") return Reflect.get(target, name);
      const transaction: Database["transaction"] = (work, options) =>
        db.transaction((tx) => work(observeQueries(tx, onCall)), options);
      return transaction;
    },
  });
}

function observeQueries<Group extends Tx>(queries: Group, onCall: (call: string) => void): Group {
  return new Proxy(queries, {
    get(target, noun) {
      const group: unknown = Reflect.get(target, noun);
      if (typeof group === "function") return group.bind(target);
      if (typeof group !== "object" || group === null) return group;
      return new Proxy(group, {
        get(members, verb) {
          const query: unknown = Reflect.get(members, verb);
          if (typeof query !== "function") return query;
          return (...values: unknown[]) => {
            onCall(`${String(noun)}.${String(verb)}`);
            return query.apply(members, values);
          };
        },
      });
    },
  });
}
