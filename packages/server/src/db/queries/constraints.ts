import { DomainError, type DomainErrorCode } from "../../domain/errors.ts";

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;
const POSTGRES_FOREIGN_KEY_VIOLATION = "23503";

/** Turns a violation of a foreign key into the domain error for a parent that was just deleted. */
export async function orMissing<T>(write: Promise<T>, missing: { code: DomainErrorCode; message: string }): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    throw new DomainError(missing.code, missing.message, { cause: error });
  }
}

// Each engine has its own code.
function isForeignKeyViolation(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  return errcode === SQLITE_CONSTRAINT_FOREIGNKEY || code === POSTGRES_FOREIGN_KEY_VIOLATION;
}
