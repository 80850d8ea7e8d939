import type { DatabaseSync } from "node:sqlite";

/** A rule that aborts multipart uploads whose key begins with `prefix`, so many days after they began. */
export type LifecycleRule = { id?: string; isEnabled: boolean; prefix: string; abortAfterDays: number };

export type Lifecycles = ReturnType<typeof createLifecycles>;

/** The lifecycle configurations of buckets. `set` runs inside a change. */
export function createLifecycles(database: DatabaseSync) {
  const select = database.prepare("SELECT rules FROM lifecycles WHERE bucket = ?");
  const upsert = database.prepare("INSERT OR REPLACE INTO lifecycles (bucket, rules) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM lifecycles WHERE bucket = ?");
  return {
    find(bucket: string): LifecycleRule[] | undefined {
      const row = select.get(bucket);
      return row && (JSON.parse(row.rules as string) as LifecycleRule[]);
    },
    set(bucket: string, rules: LifecycleRule[] | undefined): void {
      if (rules === undefined) remove.run(bucket);
      else upsert.run(bucket, JSON.stringify(rules));
    },
  };
}
