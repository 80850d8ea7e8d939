import type { SerializerFactory } from "@fastify/fast-json-stringify-compiler";
import SerializerSelector from "@fastify/fast-json-stringify-compiler";
import { Id } from "@valetkey/contract";
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { HttpProblem } from "./problem.ts";

type SchemaNode = {
  [key: string]: unknown;
  description?: string;
  type?: string;
  default?: unknown;
  properties?: Record<string, SchemaNode>;
  patternProperties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  maxItems?: number;
};
type Issue = { keyword: string; schemaPath: string; instancePath: string; params: object; message: string };

const { pattern: idPattern } = Id as TSchema & { pattern?: string };
/** The maximum number of unexpected members that an error text lists. */
const MAX_NAMED = 5;
const partNames: Record<string, string> = { body: "body", querystring: "query", params: "path" };

/**
 * Checks requests against their TypeBox schemas. An unknown member of a body makes the request invalid. The validator only converts whole
 * numbers in a query, and changes ids in a path to lower case. Throws `invalid_request`, with the wrong member and the expected value in
 * the error text.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart, contentType }) => {
  // The schema of a form is only for /openapi.json, because the service reads a form as a stream.
  if (contentType === "multipart/form-data") return (value: unknown) => ({ value });
  const node = schema as SchemaNode;
  const prepare = preparerOf(httpPart, node);
  const part = partNames[httpPart ?? ""] ?? "request";
  return (value: unknown) => {
    prepare?.(value as Record<string, unknown>);
    const compiled = compiledOf(node);
    if (compiled.Check(value)) return { value };
    const issues = compiled.Errors(abridge(node, value));
    return { error: new HttpProblem("invalid_request", explain(part, { schema: node, issues })) };
  };
};

type Preparer = (values: Record<string, unknown>) => void;

function preparerOf(httpPart: string | undefined, schema: SchemaNode): Preparer | undefined {
  if (httpPart === "querystring") return queryPreparer(schema);
  return httpPart === "params" ? pathPreparer(schema) : undefined;
}

/** Changes UUIDs to lower case, as they are in the database. UUIDs are case-insensitive (RFC 9562, section 4). */
function pathPreparer(schema: SchemaNode): Preparer {
  const properties = Object.entries(schema.properties ?? {});
  const ids = properties.filter(([, property]) => property.pattern === idPattern).map(([name]) => name);
  return (values) => {
    for (const name of ids) values[name] = String(values[name]).toLowerCase();
  };
}

/** Adds defaults and parses whole numbers, because a query contains only strings. */
function queryPreparer(schema: SchemaNode): Preparer {
  const properties = Object.entries(schema.properties ?? {});
  const integers = properties.filter(([, property]) => property.type === "integer").map(([name]) => name);
  const defaults = properties.filter(([, property]) => property.default !== undefined);
  return (query) => {
    for (const name of integers) {
      const text = query[name];
      if (typeof text === "string" && /^-?\d{1,15}$/.test(text)) query[name] = Number(text);
    }
    for (const [name, property] of defaults) {
      if (query[name] === undefined) query[name] = property.default;
    }
  };
}

/** Reduces an invalid value to its first error. All errors of a body of 1 MiB would block the process for half a second. */
function abridge(node: SchemaNode, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return node.items === undefined ? value : abridgeItems(node, value);
  return node.properties === undefined || node.patternProperties !== undefined ? value : abridgeMembers(node, value);
}

const validators = new WeakMap<SchemaNode, Validator>();

/** Compiles a schema when its first value arrives, so that the service does not compile the schemas of all routes at startup. */
function compiledOf(node: SchemaNode): Validator {
  const known = validators.get(node);
  if (known !== undefined) return known;
  const compiled = Compile(node as TSchema);
  validators.set(node, compiled);
  return compiled;
}

/**
 * Returns an array with only the first invalid item, or with the first item after `maxItems`. The item keeps its index, and the library
 * skips empty indexes.
 */
function abridgeItems({ items = {}, maxItems = Number.MAX_SAFE_INTEGER }: SchemaNode, value: unknown[]): unknown[] {
  const compiled = compiledOf(items);
  const kept: unknown[] = [];
  kept.length = Math.min(value.length, maxItems + 1);
  for (let index = 0; index < kept.length; index += 1) {
    const item = value[index];
    if (compiled.Check(item)) continue;
    kept[index] = abridge(items, item);
    kept.length = index + 1;
  }
  return kept;
}

/** Keeps the expected members, and the first few unexpected members for the error text. */
function abridgeMembers({ properties = {} }: SchemaNode, value: object): object {
  const members = value as Record<string, unknown>;
  const kept: [string, unknown][] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (Object.hasOwn(value, name)) kept.push([name, abridge(property, members[name])]);
  }
  let unexpected = 0;
  for (const name in members) {
    if (Object.hasOwn(properties, name)) continue;
    kept.push([name, null]);
    unexpected += 1;
    if (unexpected === MAX_NAMED) break;
  }
  // An assignment to a member with the name `__proto__` would not add the member.
  return Object.fromEntries(kept);
}

function explain(part: string, { schema, issues }: { schema: SchemaNode; issues: Issue[] }): string {
  // The library reports a forbidden member twice, and only the second report contains the name of the member.
  const issue = issues.find(({ keyword }) => keyword === "additionalProperties") ?? issues[0];
  if (issue === undefined) return `The ${part} is not valid.`;
  const node = nodeAt(schema, issue.schemaPath);
  const member = issue.instancePath.slice(1).replaceAll("/", ".");
  const subject = member === "" ? `The ${part}` : `${member} in the ${part}`;
  return `${subject} ${expectation(issue, node)}.`;
}

function expectation(issue: Issue, node: SchemaNode | undefined): string {
  const params = issue.params as { additionalProperties?: string[]; allowedValues?: unknown[] };
  if (issue.keyword === "additionalProperties") {
    const known = Object.keys(node?.properties ?? {});
    const names = (params.additionalProperties ?? [])
      .slice(0, MAX_NAMED)
      .map((name) => JSON.stringify(name.slice(0, 64)));
    return `has unexpected members: ${names.join(", ")}. It accepts ${known.length === 0 ? "no members" : known.join(", ")}`;
  }
  if (issue.keyword === "enum") return `must be one of ${(params.allowedValues ?? []).map(String).join(", ")}`;
  if (issue.keyword === "pattern" && node?.description !== undefined) return `must be ${node.description}`;
  return issue.message;
}

/** Returns the part of a schema at a path such as `#/properties/title`. */
function nodeAt(schema: SchemaNode, path: string): SchemaNode | undefined {
  let node: unknown = schema;
  for (const step of path.split("/").slice(1)) {
    if (typeof node !== "object" || node === null) return undefined;
    node = (node as SchemaNode)[step];
  }
  return typeof node === "object" && node !== null ? (node as SchemaNode) : undefined;
}

const selectSerializer = SerializerSelector();

/** A serializer depends only on its schema, so all services of a process share the serializers. */
const serializers = new WeakMap<object, (data: unknown) => string>();

/** Compiles a serializer for its first response. To compile all serializers at startup would take a tenth of the start. */
export const buildSerializer: SerializerFactory = (schemas, options) => {
  const compile = selectSerializer(schemas, options);
  return (route) => {
    const schema = route.schema as object;
    return (data) => {
      const known = serializers.get(schema);
      if (known !== undefined) return known(data);
      const compiled = compile(route);
      serializers.set(schema, compiled);
      return compiled(data);
    };
  };
};
