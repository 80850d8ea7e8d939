import { DomainError, type DomainErrorCode } from "../errors.ts";

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;
const POSTGRES_FOREIGN_KEY_VIOLATION = "23503";
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const POSTGRES_UNIQUE_VIOLATION = "23505";

type Refusal = { code: DomainErrorCode; message: string };

/** If the write violates a foreign key, throws the domain error `missing`, because the parent row was just deleted. */
export async function orMissing<T>(write: Promise<T>, missing: Refusal): Promise<T> {
  return orRefused(write, {
    codes: [SQLITE_CONSTRAINT_FOREIGNKEY, POSTGRES_FOREIGN_KEY_VIOLATION],
    refusal: missing,
  });
}

/** If the write violates a unique index, throws the domain error `taken`, because another row has the value. */
export async function orTaken<T>(write: Promise<T>, taken: Refusal): Promise<T> {
  return orRefused(write, { codes: [SQLITE_CONSTRAINT_UNIQUE, POSTGRES_UNIQUE_VIOLATION], refusal: taken });
}

// Each engine has its own error code for a violated constraint.
async function orRefused<T>(
  write: Promise<T>,
  { codes, refusal }: { codes: readonly unknown[]; refusal: Refusal },
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const { errcode, code } = error as { errcode?: unknown; code?: unknown };
    if (!codes.includes(errcode) && !codes.includes(code)) throw error;
    throw new DomainError(refusal.code, refusal.message, { cause: error });
  }
}
