import type { Kysely } from "kysely";
import type { Tables } from "./schema.ts";

/** Returns the value of a fact, or undefined for an unknown fact. */
export async function findFact<Value>(db: Kysely<Tables>, name: string): Promise<Value | undefined> {
  const row = await db.selectFrom("facts").select("value").where("name", "=", name).executeTakeFirst();
  return row && JSON.parse(row.value);
}

/** Stores a fact, and replaces its earlier value. */
export async function putFact(db: Kysely<Tables>, fact: { name: string; value: unknown }): Promise<void> {
  const value = JSON.stringify(fact.value);
  await db
    .insertInto("facts")
    .values({ name: fact.name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}

type Change<Value> = { name: string; change: (value: Value | undefined) => Value | undefined };

/**
 * Changes a fact. `change` gets the current value, and returns the new value, or undefined to change nothing. If another process changes the
 * fact at the same time, `change` runs again with the new value. Returns whether the fact was changed.
 */
export async function changeFact<Value>(db: Kysely<Tables>, { name, change }: Change<Value>): Promise<boolean> {
  for (;;) {
    const row = await db.selectFrom("facts").select("value").where("name", "=", name).executeTakeFirst();
    const next = change(row && JSON.parse(row.value));
    if (next === undefined) return false;
    const value = JSON.stringify(next);
    if (row === undefined) {
      const insert = db.insertInto("facts").values({ name, value });
      const { numInsertedOrUpdatedRows } = await insert
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 1n) return true;
    } else {
      const update = db.updateTable("facts").set({ value }).where("name", "=", name);
      const { numUpdatedRows } = await update.where("value", "=", row.value).executeTakeFirstOrThrow();
      if (numUpdatedRows === 1n) return true;
    }
  }
}
