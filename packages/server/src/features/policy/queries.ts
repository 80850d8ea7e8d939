import { defineQueries } from "../../platform/database/queries.ts";
import type { PolicyName, PolicyValue, StoredPolicy } from "../../platform/policy.ts";

export const policyQueries = defineQueries("database.policy", ({ kysely: db }) => ({
  async list(): Promise<StoredPolicy> {
    const rows = await db.selectFrom("policy").selectAll().execute();
    return Object.fromEntries(rows.map(({ name, value }) => [name, parse(value)]));
  },

  async put(name: PolicyName, value: PolicyValue): Promise<void> {
    const row = { name, value: JSON.stringify(value) };
    await db
      .insertInto("policy")
      .values(row)
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: row.value }))
      .execute();
  },

  async remove(name: PolicyName): Promise<void> {
    await db.deleteFrom("policy").where("name", "=", name).execute();
  },
}));

/** Returns undefined for a text that is not JSON, so that the service ignores this rule. */
function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
