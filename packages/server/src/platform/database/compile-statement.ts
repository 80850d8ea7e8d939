import { type Compilable, type Kysely, type RawBuilder, sql } from "kysely";
import type { Engine } from "./engine.ts";
import type { Tables } from "./schema.ts";

/** A compiled statement. `rows`: at most one row, or many rows. `parameters`: the names of the needed values, in order. */
export type Statement<Name extends string = string> = {
  name: string;
  sql: string;
  rows: "one" | "many";
  parameters: readonly Name[];
};

/** Runs a statement, and returns its rows as arrays in the order of the selected columns. */
export type RunStatement = (statement: Statement, values: unknown[]) => Promise<readonly (readonly unknown[])[]>;

// biome-ignore lint/suspicious/noExplicitAny: a marker fits every column.
export type Markers<Name extends string> = Record<Name, RawBuilder<any>>;

/**
 * Compiles a statement only once, because it takes longer to build and compile a statement than to run it. `build` gets a marker for each
 * parameter, and need not use every marker. The SQL can contain a marker several times, but its value is bound only once, because each
 * bound text costs as much time as a step of the query.
 */
export function compile<Name extends string>(
  { name, rows, parameters }: Omit<Statement<Name>, "sql">,
  build: (markers: Markers<Name>) => Compilable,
): Statement<Name> {
  // Each marker is a symbol, so the compiled parameters show the order of the values.
  const symbols = new Map(parameters.map((parameter) => [Symbol(parameter), parameter]));
  const markers = Object.fromEntries([...symbols].map(([symbol, parameter]) => [parameter, sql`${symbol}`]));
  const compiled = build(markers as Markers<Name>).compile();
  const placed = compiled.parameters.map((parameter) => symbols.get(parameter as symbol) as Name);
  const used = parameters.filter((parameter) => placed.includes(parameter));
  let nth = 0;
  const numbered = compiled.sql.replace(
    /\?|\$\d+/g,
    (placeholder) => `${placeholder[0]}${used.indexOf(placed[nth++] as Name) + 1}`,
  );
  return { name, rows, sql: numbered, parameters: used };
}

/** Returns a function that compiles statements at its first call, once for each engine. */
export function compiledOnce<Statements>(
  compileAll: (db: Kysely<Tables>, engine: Engine) => Statements,
): (tx: { kysely: Kysely<Tables>; engine: Engine }) => Statements {
  const compiled = new WeakMap<Engine, Statements & object>();
  return ({ kysely, engine }) => {
    const known = compiled.get(engine);
    if (known !== undefined) return known;
    const statements = compileAll(kysely, engine) as Statements & object;
    compiled.set(engine, statements);
    return statements;
  };
}
