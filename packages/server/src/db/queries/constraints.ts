import { DomainError, type DomainErrorCode } from "../../domain/errors.ts";

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;
const POSTGRES_FOREIGN_KEY_VIOLATION = "23503";
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const POSTGRES_UNIQUE_VIOLATION = "23505";

type Refusal = { code: DomainErrorCode; message: string };

/** Turns a violation of a foreign key into the domain error for a parent that was just deleted. */
export async function orMissing<T>(write: Promise<T>, missing: Refusal): Promise<T> {
  return orRefused(write, {
    codes: [SQLITE_CONSTRAINT_FOREIGNKEY, POSTGRES_FOREIGN_KEY_VIOLATION],
    refusal: missing,
  });
}

/** Turns a violation of a unique index into the domain error for a value that another row has. */
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
