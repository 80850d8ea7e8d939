import { join, resolve } from "node:path";
import { selectWithJournal } from "../features/audit/journal/log.ts";
import { postgresCheck } from "../operations/doctor/checks/postgres.ts";
import { sqliteCheck } from "../operations/doctor/checks/sqlite.ts";
import type { Finding } from "../operations/doctor/finding.ts";
import type { DoctorParts } from "../operations/doctor/parts.ts";
import type { Config, DatabaseConfig } from "../platform/config/index.ts";
import { countRows, type MovedRows, type MoveProgress, move } from "../platform/database/move/move.ts";
import { openPostgresSource, openPostgresTarget } from "../platform/database/move/postgres-side.ts";
import { openSqliteSource, openSqliteTarget } from "../platform/database/move/sqlite-side.ts";
import { faultOfUrl, urlsOf } from "../platform/database/postgres/hosts.ts";
import { toSqliteDomainError } from "../platform/database/sqlite/file.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";

type Options = {
  /** The database of the configuration. */
  source: DatabaseConfig;
  target: DatabaseConfig;
  onFinding: (finding: Finding) => void;
};

/** These findings mean that a database is unsafe, but usable. All other errors of the doctor stop a move. */
const ONLY_UNSAFE = new Set(["database-fsync", "database-commit"]);
/** The service still starts on an old version, but nobody should move there. */
const TOO_OLD = "database-old";

// A wrong text may contain a password, so the errors must not repeat it.
const FORMS =
  "--to must be `sqlite`, the path of a new SQLite file such as ./valetkey.db, or a URL such as postgres://user:password@host/database.";

/** Parses a database: a PostgreSQL URL, `sqlite` for the database in DATA_DIR, `sqlite:<file>`, or a file. Throws `invalid_request`. */
export function parseDatabase(text: string, { server }: Pick<Config, "server">): DatabaseConfig {
  if (/^postgres(?:ql)?:\/\//i.test(text)) return parsePostgres(text.replace(/^\w+/, (scheme) => scheme.toLowerCase()));
  const file = text.replace(/^sqlite:(?!\/\/)/i, "");
  if (!isPath(file)) throw invalidRequest(FORMS);
  return { kind: "sqlite", file: /^sqlite$/i.test(file) ? join(server.dataDir, "valetkey.db") : resolve(file) };
}

function parsePostgres(url: string): DatabaseConfig {
  const fault = faultOfUrl(url);
  if (fault !== undefined) throw invalidRequest(`--to ${fault}. Escape @, : and / in the password.`);
  // Without a name, PostgreSQL would use the database that has the name of the user.
  if (new URL(urlsOf(url)[0] ?? "").pathname.length <= 1) {
    throw invalidRequest(
      "--to names no database. Write its name after the host: postgres://user:password@host/database.",
    );
  }
  return { kind: "postgres", url, prepared: "auto" };
}

/** Returns whether a text is a path, and not a URL or the settings of a connection, such as `host=one password=two`. */
function isPath(text: string): boolean {
  if (text.trim() === "" || /^\w{2,}\s*[:=]/.test(text)) return false;
  return /\.(?:db|sqlite)$/i.test(text) || !/[=@:]/.test(text);
}

/** Counts the rows of each moved table. Checks that the target is usable and empty, and changes nothing. */
export async function previewMove(options: Options): Promise<{ table: string; rows: number }[]> {
  return withSides(options, async ({ source, target }) => {
    await target.check();
    return countRows(source);
  });
}

/**
 * Moves all rows of the source to the target. The doctor checks the target before and after the move. The source does not change. Throws
 * `invalid_request` or `database_unavailable`, and the target then stays empty or incomplete.
 */
export async function moveDatabase(
  options: Options & { onProgress: (progress: MoveProgress) => void },
): Promise<MovedRows[]> {
  const moved = await withSides(options, (sides) => move({ ...sides, onProgress: options.onProgress }));
  await examine(options.target, options);
  return moved;
}

type Sides = { source: Awaited<ReturnType<typeof openSource>>; target: ReturnType<typeof openTarget> };

async function withSides<T>(options: Options, work: (sides: Sides) => Promise<T>): Promise<T> {
  if (options.source.kind === options.target.kind) throw sameEngine(options.source);
  if (options.target.kind === "postgres") await examine(options.target, options);
  const source = await openSource(options.source);
  const target = openTarget(options.target);
  try {
    return await work({ source, target });
  } catch (error) {
    throw toSqliteDomainError(error);
  } finally {
    await target.close();
    await source.close();
  }
}

async function openSource(database: DatabaseConfig) {
  if (database.kind === "sqlite") return openSqliteSource(database.file, { selectWithJournal });
  try {
    return await openPostgresSource(database.url);
  } catch (error) {
    // The doctor says why a connection fails. The move runs the doctor only after a failure, because a pooler would keep its connections to the source.
    const isRefusal = error instanceof DomainError && error.code === "invalid_request";
    if (!isRefusal) await examine(database, { onFinding: () => undefined, setting: "DATABASE_URL" });
    throw error;
  }
}

function openTarget(database: DatabaseConfig) {
  return database.kind === "sqlite" ? openSqliteTarget(database.file) : openPostgresTarget(database.url);
}

function sameEngine({ kind }: DatabaseConfig): DomainError {
  const advice =
    kind === "sqlite"
      ? "The settings name a SQLite database, and --to does too. To copy it, use `valetkey backup`. To move it back from PostgreSQL, set DATABASE_URL."
      : "The settings name PostgreSQL by DATABASE_URL, and --to does too. To copy it, use pg_dump. To move from SQLite, leave out DATABASE_URL during the move.";
  return invalidRequest(`A move needs two engines. ${advice}`);
}

type Examination = Pick<Options, "onFinding"> & { setting?: "--to" | "DATABASE_URL" };

/** Runs the doctor's checks of a database. Throws `invalid_request` if the database is unusable. `setting`: where its URL is written. */
async function examine(database: DatabaseConfig, { onFinding, setting = "--to" }: Examination): Promise<void> {
  const check = database.kind === "sqlite" ? sqliteCheck : postgresCheck;
  for (const outcome of await check.run({ config: { database }, clock: Date.now } as unknown as DoctorParts)) {
    if (!("finding" in outcome)) continue;
    const { id, severity, title, detail, fix } = outcome.finding;
    if (id === TOO_OLD || (severity === "error" && !ONLY_UNSAFE.has(id))) {
      const lines = [`${title}. ${detail}`, ...fix.map(({ text }) => text)];
      throw invalidRequest(lines.join("\n").replaceAll("DATABASE_URL", setting));
    }
    onFinding(outcome.finding);
  }
}
