import { Id } from "@valetkey/contract";
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { HttpProblem } from "./problem.ts";

type SchemaNode = {
  [key: string]: unknown;
  description?: string;
  type?: string;
  default?: unknown;
  properties?: Record<string, SchemaNode>;
};
type Issue = { keyword: string; schemaPath: string; instancePath: string; params: object; message: string };

const { pattern: idPattern } = Id as TSchema & { pattern?: string };
const partNames: Record<string, string> = { body: "body", querystring: "query", params: "path" };

/**
 * Checks requests against their TypeBox schemas, compiled once a route. Unknown members are refused, never removed; nothing is converted,
 * except that whole numbers in a query become numbers, and ids in a path lower case. Throws `invalid_request`, naming the member and what is expected.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart, contentType }) => {
  // A form is read as a stream; its schema is there for the document.
  if (contentType === "multipart/form-data") return (value: unknown) => ({ value });
  const compiled = Compile(schema);
  const node = schema as SchemaNode;
  const prepare = preparerOf(httpPart, node);
  const part = partNames[httpPart ?? ""] ?? "request";
  return (value: unknown) => {
    prepare?.(value as Record<string, unknown>);
    if (compiled.Check(value)) return { value };
    return {
      error: new HttpProblem("invalid_request", explain(part, { schema: node, issues: compiled.Errors(value) })),
    };
  };
};

type Preparer = (values: Record<string, unknown>) => void;

function preparerOf(httpPart: string | undefined, schema: SchemaNode): Preparer | undefined {
  if (httpPart === "querystring") return queryPreparer(schema);
  return httpPart === "params" ? pathPreparer(schema) : undefined;
}

/** A UUID is the same in either case; the database knows it in the lower one (RFC 9562, section 4). */
function pathPreparer(schema: SchemaNode): Preparer {
  const properties = Object.entries(schema.properties ?? {});
  const ids = properties.filter(([, property]) => property.pattern === idPattern).map(([name]) => name);
  return (values) => {
    for (const name of ids) values[name] = String(values[name]).toLowerCase();
  };
}

/** Fills defaults in and reads whole numbers; written out, as a query has nothing but strings. */
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

function explain(part: string, { schema, issues }: { schema: SchemaNode; issues: Issue[] }): string {
  // The checker reports a forbidden member twice; the second time with the names in it.
  const issue = issues.find(({ keyword }) => keyword === "additionalProperties") ?? issues[0];
  if (issue === undefined) return `The ${part} is not what is expected here.`;
  const node = nodeAt(schema, issue.schemaPath);
  const member = issue.instancePath.slice(1).replaceAll("/", ".");
  const subject = member === "" ? `The ${part}` : `${member} in the ${part}`;
  return `${subject} ${expectation(issue, node)}.`;
}

function expectation(issue: Issue, node: SchemaNode | undefined): string {
  const params = issue.params as { additionalProperties?: string[]; allowedValues?: unknown[] };
  if (issue.keyword === "additionalProperties") {
    const known = Object.keys(node?.properties ?? {});
    const names = (params.additionalProperties ?? []).slice(0, 5).map((name) => JSON.stringify(name.slice(0, 64)));
    return `has a member that is not expected: ${names.join(", ")}; ${known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`}`;
  }
  if (issue.keyword === "enum") return `must be one of ${(params.allowedValues ?? []).map(String).join(", ")}`;
  if (issue.keyword === "pattern" && node?.description !== undefined) return `must be ${node.description}`;
  return issue.message;
}

/** The part of a schema that a path such as `#/properties/title` points at. */
function nodeAt(schema: SchemaNode, path: string): SchemaNode | undefined {
  let node: unknown = schema;
  for (const step of path.split("/").slice(1)) {
    if (typeof node !== "object" || node === null) return undefined;
    node = (node as SchemaNode)[step];
  }
  return typeof node === "object" && node !== null ? (node as SchemaNode) : undefined;
}
