import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type ReferenceNode,
  type SchemableIdentifierNode,
  sql,
} from "kysely";
import { invalidRequest } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import type { Database, Tx } from "../queries.ts";
import type { Tables } from "../schema.ts";

/**
 * The open transaction of the application. The public type is in the calls of the embedding, because its declarations must import no
 * package.
 */
type OpenTransaction = { query(sql: string, values: unknown[]): Promise<unknown> };

/**
 * Creates the function that runs queries in a transaction of the application. The statements name the schema of Valet Key, and change no
 * setting of the connection. Database errors reach the application unchanged, because the application decides about retries. The returned
 * function throws TypeError for a wrong transaction, and `invalid_request` for a database without the tables of Valet Key.
 */
export function createJoin(db: Database): (transaction: OpenTransaction) => Promise<Tx> {
  // Each engine object has its own compiled statements, and the statements of `engine` name the schema.
  const engine: Engine = {
    ...db.engine,
    // Some drivers cannot send an array.
    list: (values) => JSON.stringify(values),
    isIn: (column, list) => sql`${column} in (select json_array_elements_text(cast(cast(${list} as text) as json)))`,
  };
  let found: Promise<string> | undefined;
  const schemaOf = async () => {
    const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db.kysely);
    return rows[0]?.schema ?? "public";
  };
  return async (transaction) => {
    if (typeof Object(transaction).query !== "function") {
      throw new TypeError("tx must be an open transaction: { query(sql, values) }. See docs/embedding.md.");
    }
    if (db.engine.name !== "postgres") throw invalidRequest(OTHER_ENGINE);
    found ??= schemaOf().catch((error) => {
      found = undefined;
      throw error;
    });
    const schema = await found;
    await requireTransaction(transaction, schema);
    const kysely = kyselyOn(transaction, schema);
    const run: Tx["run"] = async ({ sql: text }, values) =>
      (await rowsOf(transaction, text, values)).map(Object.values);
    return { kysely, engine, clock: db.clock, run, search: undefined, journal: undefined, built: new Map() };
  };
}

const OTHER_ENGINE =
  "Valet Key stores its tables in SQLite, so it can't join your transaction. Use the outbox: call attachStaged(staged) after your commit.";

function kyselyOn(transaction: OpenTransaction, schema: string): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driverOn(transaction),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [inSchema(schema)],
  });
}

/** Adds the schema to each table, also in fragments of raw SQL, which Kysely's own plugin skips. */
function inSchema(schema: string): KyselyPlugin {
  class Transformer extends OperationNodeTransformer {
    protected override transformReference(node: ReferenceNode): ReferenceNode {
      return node;
    }

    protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
      return { ...node, schema: { kind: "IdentifierNode", name: schema } };
    }
  }
  const transformer = new Transformer();
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  };
}

function driverOn(transaction: OpenTransaction): Driver {
  const refuse = async () => {
    throw new Error("Only the application begins and ends its transaction.");
  };
  const connection: DatabaseConnection = {
    async executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const rows = (await rowsOf(transaction, text, parameters)) as R[];
      return { rows, numAffectedRows: BigInt(rows.length) };
    },
    streamQuery: () => {
      throw new Error("A transaction of the application has no streams.");
    },
  };
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
}

const CHANGE = /^\s*(?:insert|update|delete) /;
const RETURNING = /\sreturning\s/;

/**
 * Runs a statement, and returns its rows. For a change without `returning`, returns an empty row for each changed row. The database returns
 * all rows as one JSON text, because drivers differ in their types for a bigint and in their numbers of changed rows.
 */
async function rowsOf(
  transaction: OpenTransaction,
  ...[statement, values]: [string, readonly unknown[]]
): Promise<Record<string, unknown>[]> {
  const isCount = CHANGE.test(statement) && !RETURNING.test(statement);
  const text = `with result as (${statement}${isCount ? " returning 1 as changed" : ""})
    select cast(coalesce(json_agg(row_to_json(result)), '[]') as text) as rows from result`;
  const answer = await transaction.query(text, [...values]);
  const [row] = Array.isArray(answer) ? answer : (Object(answer).rows ?? []);
  const [json] = Object.values(Object(row));
  if (typeof json === "string") return JSON.parse(json);
  throw new TypeError("tx.query() must return the rows of the statement, or an object with the member rows.");
}

/** Checks that the statements run in a transaction, and that the database has the tables of Valet Key. */
async function requireTransaction(transaction: OpenTransaction, schema: string): Promise<void> {
  const table = `"${schema.replaceAll('"', '""')}".facts`;
  try {
    // PostgreSQL refuses this statement outside of a transaction. The lock is harmless, because every query of the table takes the same
    // lock.
    await transaction.query(`lock table ${table} in access share mode`, []);
  } catch (cause) {
    const codes = codesOf(cause);
    if (codes.includes("25P01")) {
      throw new TypeError("tx must be an open transaction. Begin a transaction first, and do not give a pool.", {
        cause,
      });
    }
    if (!codes.includes("42P01") && !codes.includes("3F000")) throw cause;
    const message = `This transaction belongs to another database: it has no table ${table}. Use a connection to the database of Valet Key, or the outbox of docs/embedding.md.`;
    throw invalidRequest(message, { cause });
  }
}

/** Returns the codes of an error and of its causes. Query builders and Prisma wrap the error of the driver in another error. */
function codesOf(error: unknown): unknown[] {
  if (error === undefined) return [];
  const { code, originalCode, meta, cause } = Object(error);
  return [code, originalCode, meta?.code, ...codesOf(meta?.driverAdapterError ?? cause)];
}
