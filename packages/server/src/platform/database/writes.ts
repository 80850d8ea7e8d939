import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import { DomainError, type DomainErrorCode, type Noun, noSuch } from "../errors.ts";
import type { Tables } from "./schema.ts";

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;
const POSTGRES_FOREIGN_KEY_VIOLATION = "23503";
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const POSTGRES_UNIQUE_VIOLATION = "23505";

/** Throws the error for a missing `noun` if the write violates a foreign key, because the parent row was just deleted. */
export async function orMissing<T>(write: Promise<T>, noun: Noun): Promise<T> {
  return orRefused(write, {
    codes: [SQLITE_CONSTRAINT_FOREIGNKEY, POSTGRES_FOREIGN_KEY_VIOLATION],
    refusal: (cause) => noSuch(noun, { cause }),
  });
}

type Refusal = { code: DomainErrorCode; message: string };

/** Throws the domain error `taken` if the write violates a unique index, because another row already has the value. */
export async function orTaken<T>(write: Promise<T>, { code, message }: Refusal): Promise<T> {
  return orRefused(write, {
    codes: [SQLITE_CONSTRAINT_UNIQUE, POSTGRES_UNIQUE_VIOLATION],
    refusal: (cause) => new DomainError(code, message, { cause }),
  });
}

// Each engine has a different error code for a violated constraint.
async function orRefused<T>(
  write: Promise<T>,
  { codes, refusal }: { codes: readonly unknown[]; refusal: (cause: unknown) => DomainError },
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const { errcode, code } = error as { errcode?: unknown; code?: unknown };
    throw codes.includes(errcode) || codes.includes(code) ? refusal(error) : error;
  }
}

/**
 * The number of rows that one statement deletes. A longer statement would block the main thread on SQLite, or scan the table on PostgreSQL.
 */
const MAX_DELETED = 100;

type Deletion = {
  [Table in keyof Tables]: { from: Table; key: readonly Column<Table>[]; by: Column<Table> };
}[keyof Tables] & { where: Expression<SqlBool> };

type Column<Table extends keyof Tables> = keyof Tables[Table] & string;

/** Deletes matching rows in many short statements. `key`: the columns of the primary key. `by`: the column whose index finds the rows. */
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
