import * as contract from "@valetkey/contract";

/** The keywords of JSON Schema that the schemas of the contract use. */
type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  patternProperties?: Record<string, Schema>;
};

/**
 * Returns complete declarations of the types that `wire.ts` imports from the contract.
 *
 * With complete declarations, the published package needs neither the contract nor the schema library. A test compares the declared types
 * with the contract. Throws for an unknown kind of schema.
 */
export function declareWire(wireSource: string): string {
  const names = /export type \{([^}]*)\}/.exec(wireSource)?.[1]?.match(/\w+/g) ?? [];
  const named = new Map<Schema, string>();
  for (const name of names) if (name in contract) named.set(schemaOf(name), name);
  const declarations = names.map((name) => {
    if (name === "ProblemCode") return `export type ProblemCode = ${oneOf(Object.keys(contract.problems))};`;
    return `export type ${name} = ${typeOf(schemaOf(name), (schema) => named.get(schema))};`;
  });
  return `${declarations.join("\n")}\n`;
}

function schemaOf(name: string): Schema {
  return (contract as unknown as Record<string, Schema>)[name] as Schema;
}

function typeOf(schema: Schema, nameOf: (schema: Schema) => string | undefined): string {
  const inner = (part: Schema): string => nameOf(part) ?? typeOf(part, nameOf);
  if (schema.anyOf !== undefined) return schema.anyOf.map(inner).join(" | ");
  if (schema.enum !== undefined) return oneOf(schema.enum);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items !== undefined) return `(${inner(schema.items)})[]`;
  const [values] = Object.values(schema.patternProperties ?? {});
  if (values !== undefined) return `Record<string, ${inner(values)}>`;
  if (schema.properties !== undefined) {
    const members = Object.entries(schema.properties).map(
      ([name, part]) => `${JSON.stringify(name)}${schema.required?.includes(name) ? "" : "?"}: ${inner(part)};`,
    );
    return `{ ${members.join(" ")} }`;
  }
  const simple = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };
  const found = Object.entries(simple).find(([type]) => type === schema.type)?.[1];
  if (found === undefined) throw new Error(`declare-wire.ts knows no type for ${JSON.stringify(schema)}`);
  return found;
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(" | ");
}
