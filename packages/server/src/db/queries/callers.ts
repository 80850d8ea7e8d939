import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { CallerQueries, Clock, DisabledUserQueries } from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";
import { compile, type RunStatement, type Statement } from "./compile-statement.ts";

/** `what`: the text that identifies the row. `now`: milliseconds since the epoch. `instant`: the same instant as an ISO 8601 text. */
const parameters = ["what", "now", "instant"] as const;

/** The queries that identify a caller, and the check that the caller is not disabled. */
export type KnownCallers = CallerQueries & { isDisabled: DisabledUserQueries["has"] };

export type CallerStatement = Statement<(typeof parameters)[number]>;
export type CallerStatements = Record<keyof KnownCallers, CallerStatement>;

/** Finds the row of a statement for one text. The first column of each row is this text. */
export type FindCaller = (statement: CallerStatement, what: string) => Promise<readonly unknown[] | undefined>;

type Matches = (column: Expression<string>, what: RawBuilder<string>) => Expression<SqlBool>;

/** Compiles the queries that identify a caller. `matches` builds the condition on `what`. Default: the column is equal to `what`. */
export function compileCallers(
  db: Kysely<Tables>,
  { matches = isEqual, rows = "one" }: { matches?: Matches; rows?: Statement["rows"] } = {},
): CallerStatements {
  return {
    session: compile({ name: "vk_caller_session", rows, parameters }, ({ what, instant }) =>
      db
        .selectFrom("auth_sessions")
        .select(["token", "id", "user_id"])
        .where((eb) => matches(eb.ref("token"), what))
        .where("expires_at", ">", instant),
    ),
    apiToken: compile({ name: "vk_caller_api_token", rows, parameters }, ({ what, now }) =>
      db
        .selectFrom("api_tokens")
        .select(["token_hash", "id", "user_id", "expires_at"])
        .where((eb) => matches(eb.ref("token_hash"), what))
        .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("disabled_users").select("user_id").whereRef("user_id", "=", "api_tokens.user_id"))),
        ),
    ),
    isDisabled: compile({ name: "vk_caller_disabled", rows, parameters }, ({ what }) =>
      db
        .selectFrom("disabled_users")
        .select("user_id")
        .where((eb) => matches(eb.ref("user_id"), what)),
    ),
  };
}

function isEqual(column: Expression<string>, what: RawBuilder<string>) {
  return sql<SqlBool>`${column} = ${what}`;
}

/** Returns the values of a statement, in the order of its parameters. `what`: one text, or a list of texts. */
export function callerValues({ parameters: wanted }: CallerStatement, what: unknown, now: number): unknown[] {
  const values = { what, now, instant: new Date(now).toISOString() };
  return wanted.map((name) => values[name]);
}

/** Builds the queries from compiled statements. */
export function callerQueries(statements: CallerStatements, find: FindCaller): KnownCallers {
  return {
    async session(token) {
      const row = await find(statements.session, token);
      if (row === undefined) return undefined;
      const [, id, userId] = row as [string, string, string];
      return { id, userId };
    },

    async apiToken(tokenHash) {
      const row = await find(statements.apiToken, tokenHash);
      if (row === undefined) return undefined;
      const [, id, userId, expiresAt] = row as [string, string, string, number | null];
      return { id, userId, expiresAt: expiresAt ?? undefined };
    },

    isDisabled: async (userId) => (await find(statements.isDisabled, userId)) !== undefined,
  };
}

/** Returns a function that runs a statement for each text. */
export function findOneByOne({ run, clock }: { run: RunStatement; clock: Clock }): FindCaller {
  return async (statement, what) => (await run(statement, callerValues(statement, what, clock())))[0];
}
