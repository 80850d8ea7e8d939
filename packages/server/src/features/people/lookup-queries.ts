import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type RawBuilder,
  type Selectable,
  type SqlBool,
  sql,
} from "kysely";
import type { Person } from "../../features/people/person.ts";
import type { Clock } from "../../platform/clock.ts";
import { compile, compiledOnce, type RunStatement, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";

export const personColumns = ["people.id", "people.email", "people.name", "people.is_admin"] as const;

export function toPerson(row: Pick<Selectable<Tables["people"]>, "id" | "email" | "name" | "is_admin">): Person {
  return { id: row.id, email: row.email ?? undefined, name: row.name ?? undefined, isAdmin: row.is_admin === 1 };
}

/** `key` and `key2` identify a row. `now`: milliseconds since the epoch. `instant`: the same instant as an ISO 8601 text. */
const parameters = ["key", "key2", "now", "instant"] as const;

export type LookupStatement = Statement<(typeof parameters)[number]>;
type LookupStatements = Record<keyof Lookups, LookupStatement>;

type FoundToken = { id: string; userId: string; expiresAt: number | undefined; lastUsedAt: number | undefined };
type FoundItem = { noteId: string; resource: string; itemId: string };

/** The queries that find one row by its key. Almost every HTTP request runs one of them, so they must be fast. */
export type Lookups = {
  /** Finds the session with this token, unless it has expired. */
  session(token: string): Promise<{ id: string; userId: string } | undefined>;
  /** Finds the API token with this hash, unless it has expired or its user is disabled. */
  apiToken(tokenHash: string): Promise<FoundToken | undefined>;
  isDisabled(userId: string): Promise<boolean>;
  person(userId: string): Promise<Person | undefined>;
  /** Finds an item of the application (embedding only). */
  item(name: {
    resource: string;
    itemId: string;
  }): Promise<(FoundItem & { place: string; tenant: string | undefined }) | undefined>;
  itemOfFile(attachmentId: string): Promise<FoundItem | undefined>;
};

/** Runs a statement for one key, which has one or two texts, and returns the row. The row begins with the key. */
type FindRow = (statement: LookupStatement, key: readonly string[]) => Promise<readonly unknown[] | undefined>;

/** Builds the condition that the columns have the values of one key, or of one of many keys. */
export type Matches = (columns: Expression<string>[], keys: RawBuilder<string>[]) => Expression<SqlBool>;

/** Compiles the lookup statements. By default, each statement searches for one key, and returns at most one row. */
export function compileLookups(
  db: Kysely<Tables>,
  { engine, matches = areEqual, rows = "one" }: { engine: Engine; matches?: Matches; rows?: Statement["rows"] },
): LookupStatements {
  const statement = (name: string, build: Parameters<typeof compile<(typeof parameters)[number]>>[1]) =>
    compile({ name: `vk_find_${name}`, rows, parameters }, build);
  return {
    session: statement("session", ({ key, instant }) =>
      db
        .selectFrom("auth_sessions")
        .select(["token", "id", "user_id"])
        .where((eb) => matches([eb.ref("token")], [key]))
        .where("expires_at", ">", instant),
    ),
    apiToken: statement("api_token", ({ key, now }) =>
      db
        .selectFrom("api_tokens")
        .select(["token_hash", "id", "user_id", "expires_at", "last_used_at"])
        .where((eb) => matches([eb.ref("token_hash")], [key]))
        .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("disabled_users").select("user_id").whereRef("user_id", "=", "api_tokens.user_id"))),
        ),
    ),
    isDisabled: statement("disabled_user", ({ key }) =>
      db
        .selectFrom("disabled_users")
        .select("user_id")
        .where((eb) => matches([eb.ref("user_id")], [key])),
    ),
    person: statement("person", ({ key }) =>
      db
        .selectFrom("people")
        .select(personColumns)
        .where((eb) => matches([eb.ref("people.id")], [key])),
    ),
    item: statement("item", ({ key, key2 }) =>
      db
        .selectFrom("notes")
        .select(["resource", "item_id", "id", "place", "tenant"])
        .where((eb) => matches([eb.ref("resource").$notNull(), eb.ref("item_id").$notNull()], [key, key2])),
    ),
    itemOfFile: statement("item_of_file", ({ key }) =>
      db
        .selectFrom("attachments")
        .select(["attachments.id", "attachments.note_id"])
        // The statement uses subqueries instead of a join, so that its plan never depends on statistics.
        .select((eb) => [itemPart(eb, engine, "resource"), itemPart(eb, engine, "item_id")])
        .where((eb) => matches([eb.ref("attachments.id")], [key])),
    ),
  };
}

function itemPart(eb: ExpressionBuilder<Tables, "attachments">, engine: Engine, part: "resource" | "item_id") {
  const note = eb.selectFrom(engine.summaries).whereRef("notes.id", "=", "attachments.note_id");
  return note.select(`notes.${part}`).as(part);
}

function areEqual(columns: Expression<string>[], keys: RawBuilder<string>[]): Expression<SqlBool> {
  const conditions = columns.map((column, nth) => sql`${column} = ${keys[nth]}`);
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

/** Returns the values for a statement in the order of its parameters. Each key is a text or a list of texts. */
export function lookupValues(
  { parameters: wanted }: LookupStatement,
  keys: readonly unknown[],
  now: number,
): unknown[] {
  const [key, key2] = keys;
  const values = { key, key2, now };
  // Only few statements need `instant`, and its computation takes as long as the rest of the function.
  return wanted.map((name) => (name === "instant" ? new Date(now).toISOString() : values[name]));
}

export function lookupsOn(statements: LookupStatements, find: FindRow): Lookups {
  return {
    async session(token) {
      const row = await find(statements.session, [token]);
      if (row === undefined) return undefined;
      const [, id, userId] = row as [string, string, string];
      return { id, userId };
    },

    async apiToken(tokenHash) {
      const row = await find(statements.apiToken, [tokenHash]);
      if (row === undefined) return undefined;
      const [, id, userId, expiresAt, usedAt] = row as [string, string, string, number | null, number | null];
      return { id, userId, expiresAt: expiresAt ?? undefined, lastUsedAt: usedAt ?? undefined };
    },

    isDisabled: async (userId) => (await find(statements.isDisabled, [userId])) !== undefined,

    async person(userId): Promise<Person | undefined> {
      const row = await find(statements.person, [userId]);
      if (row === undefined) return undefined;
      const [id, email, name, isAdmin] = row as [string, string | null, string | null, 0 | 1];
      return toPerson({ id, email, name, is_admin: isAdmin });
    },

    async item(name) {
      const row = await find(statements.item, [name.resource, name.itemId]);
      if (row === undefined) return undefined;
      const [, , noteId, place, tenant] = row as [string, string, string, string | null, string | null];
      return { ...name, noteId, place: place ?? "", tenant: tenant ?? undefined };
    },

    async itemOfFile(attachmentId) {
      const row = await find(statements.itemOfFile, [attachmentId]);
      if (row === undefined) return undefined;
      const [, noteId, resource, itemId] = row as [string, string, string | null, string | null];
      // A row without a resource and an item id belongs to a note that is not the note of an item.
      return resource === null || itemId === null ? undefined : { noteId, resource, itemId };
    },
  };
}

export function findOneByOne({ run, clock }: { run: RunStatement; clock: Clock }): FindRow {
  return async (statement, key) => (await run(statement, lookupValues(statement, key, clock())))[0];
}

const compiled = compiledOnce((db, engine) => compileLookups(db, { engine }));

export const lookupQueries = defineQueries(
  "database.lookups",
  (tx): Lookups => lookupsOn(compiled(tx), findOneByOne(tx)),
);
