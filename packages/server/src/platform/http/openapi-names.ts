import * as contract from "@valetkey/contract";

type Json = string | number | boolean | null | undefined | readonly Json[] | { [name: string]: Json };
type Schema = { [name: string]: Json };
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  operationId?: string;
  requestBody?: { content?: Content };
  responses?: Record<string, { content?: Content }>;
};
type Document = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

/** The names of the contract's schemas, by the JSON of the schema. If two names have one schema, the first name counts. */
const NAMES = new Map(
  Object.entries(contract)
    .filter(
      (entry): entry is [string, Schema & (typeof entry)[1]] => /^[A-Z]/.test(entry[0]) && isObjectSchema(entry[1]),
    )
    .map(([name, schema]): [string, string] => [jsonOf(schema), name])
    .reverse(),
);

/**
 * Moves the schemas of an OpenAPI document to its components, so that generated clients have types with names. A schema of the contract
 * gets the name of its export. The other bodies and responses get the name of their operation, such as `GetReceiptResponse`.
 */
export function nameSchemas<Given extends object>(document: Given): Given {
  const { paths, components } = document as Document;
  const schemas: Record<string, Schema> = { ...components?.schemas };

  /** Replaces each schema of the contract inside a value by a reference. */
  function withReferences(value: Json): Json {
    if (Array.isArray(value)) return value.map(withReferences);
    if (typeof value !== "object" || value === null) return value;
    const name = isObjectSchema(value) ? NAMES.get(jsonOf(value)) : undefined;
    const parts = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withReferences(part)]));
    return name === undefined ? parts : refer(name, parts);
  }

  function refer(name: string, { description, ...schema }: Schema): Schema {
    schemas[name] = schema;
    return { $ref: `#/components/schemas/${name}`, ...(description !== undefined && { description }) };
  }

  function nameContent(content: Content | undefined, fallback: string): void {
    const media = content?.["application/json"];
    if (media?.schema === undefined) return;
    const { description: _, ...given } = media.schema;
    const schema = withReferences(given) as Schema;
    media.schema = isObjectSchema(schema) && !(fallback in schemas) ? refer(fallback, schema) : schema;
  }

  for (const item of Object.values(paths ?? {})) {
    for (const { operationId = "", requestBody, responses = {} } of Object.values(item)) {
      const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
      nameContent(requestBody?.content, `${name}Body`);
      for (const [status, { content }] of Object.entries(responses)) {
        if (status.startsWith("2")) nameContent(content, `${name}Response`);
      }
    }
  }
  const inOrder = Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
  return { ...document, components: { ...components, schemas: inOrder } };
}

function isObjectSchema(schema: unknown): schema is Schema {
  return typeof schema === "object" && schema !== null && "type" in schema && schema.type === "object";
}

/**
 * The description of a schema belongs to its place in the document, such as a response. The document has the format `uri` where the
 * contract has the format `unsafe`.
 */
function jsonOf({ description: _, ...schema }: Schema): string {
  return JSON.stringify(schema).replaceAll('"format":"unsafe"', '"format":"uri"');
}
