import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { Tables } from "./schema.ts";

/**
 * The maximum number of rows that one statement deletes. A statement must take little time, because with SQLite, it blocks the thread that
 * serves HTTP requests. For many more rows, PostgreSQL would read the whole table.
 */
const MAX_DELETED = 100;

type Deletion = {
  [Table in keyof Tables]: { from: Table; key: readonly Column<Table>[]; by: Column<Table> };
}[keyof Tables] & { where: Expression<SqlBool> };

type Column<Table extends keyof Tables> = keyof Tables[Table] & string;

/**
 * Deletes the rows that match a condition, in many short statements. `key`: the primary key of the table. `by`: the column whose index finds
 * the rows.
 */
export async function deleteInSteps(db: Kysely<Tables>, { from, key, by, where }: Deletion): Promise<void> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const some = sql`
    select ${columns} from ${sql.table(from)} where ${where} order by ${sql.ref(by)} limit ${sql.lit(MAX_DELETED)}`;
  const step = db.deleteFrom(from as "mails").where(sql<SqlBool>`(${columns}) in (${some})`);
  for (;;) {
    const { numDeletedRows } = await step.executeTakeFirstOrThrow();
    if (numDeletedRows < MAX_DELETED) return;
  }
}
