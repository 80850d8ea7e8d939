import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pino from "pino";
import { buildEmbeddingApp } from "../packages/server/src/features/embedding/http/routes.ts";
import { createVisitorRoutes } from "../packages/server/src/features/embedding/http/visitors.ts";
import { defaultLimits } from "../packages/server/src/platform/config/limits.ts";
import { documentRoutes } from "../packages/server/src/platform/http/openapi-document.ts";
import { codesOfService } from "./pages.ts";
import { code, escapeText } from "./reference.ts";

type Schema = {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  [limit: string]: unknown;
};
type Content = Record<string, { schema?: Schema }>;
export type Operation = {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content?: Content };
  responses: Record<string, { description?: string; content?: Content }>;
};
export type Document = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** Starts the service with an empty data folder, and returns its OpenAPI document. */
export async function documentOfService(root: string): Promise<Document> {
  const dataDir = mkdtempSync(join(tmpdir(), "valetkey-site-"));
  const env = { PATH: process.env.PATH ?? "", DATA_DIR: dataDir, PORT: "0", S3_LOCAL_PORT: "0", HOST: "127.0.0.1" };
  const service = spawn(process.execPath, [join(root, "packages/server/src/cli.ts"), "start"], {
    env,
    cwd: dataDir,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(service, "close");
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface(service.stderr).on("line", (line) => {
        const [, found] = /listens on (\S+)/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
      ended.then(() => reject(new Error("The service ended before it listened.")), reject);
    });
    return (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  } finally {
    service.kill();
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Returns the OpenAPI document of the routes that `createValetKey` adds to an application. */
export async function documentOfEmbedding(): Promise<Document> {
  const app = buildEmbeddingApp({
    files: {} as never,
    useCases: {} as never,
    findUser: () => null,
    origins: new Set(),
    logger: pino({ level: "silent" }),
    requestId: () => "",
    visitorRoutes: createVisitorRoutes({
      useCases: {} as never,
      baseUrl: "http://localhost",
      bucketOrigins: [],
      origins: new Set(),
      findClientAddress: undefined,
      onNoAddress: () => undefined,
    }),
    prepare: (app) => documentRoutes(app, { publicUrl: "http://localhost", limits: defaultLimits() }),
  });
  await app.ready();
  return forApplications(app.swagger() as unknown as Document);
}

/** The members and values in shared schemas that only the service has: slots, reviews and access of people, with their states. */
const ONLY_SERVICE = ["slotId", "review", "access", "quarantined"];

/** Removes the parts of shared schemas that no embedding has: `ONLY_SERVICE`, mails to visitors, and the limits of URLs. */
function forApplications(document: Document): Document {
  const removed = [...ONLY_SERVICE, ...codesOfService()];
  const text = JSON.stringify(document)
    .replaceAll(/\bthe service\b/gi, "Valet Key")
    .replace(", or `quarantined` when the request has a review", "");
  const { tags, paths, components, ...others } = JSON.parse(text, (key, value) => {
    if (removed.includes(key)) return undefined;
    if (key === "noteId") return { ...value, description: "An id that all files of an item share" };
    return ["enum", "required"].includes(key) && Array.isArray(value)
      ? value.filter((each) => !removed.includes(each))
      : value;
  }) as Document;
  const kept = Object.entries(paths).filter(([path]) => !/\/links\/\{token\}\/(?:codes|email)$/.test(path));
  for (const operation of kept.flatMap(([, item]) => Object.values(item))) {
    operation.parameters = (operation.parameters ?? []).filter(({ name }) => name !== "link-receiver");
    for (const parameter of operation.parameters) {
      if (parameter.name !== "expiresIn") continue;
      parameter.description = "The lifetime in seconds. At most the `urlTtlSeconds` of the resource";
      parameter.schema = { type: "integer", minimum: 1 };
    }
  }
  const keptPaths = Object.fromEntries(kept);
  const schemas = usedSchemas(components.schemas, keptPaths);
  const isUsed = ({ name }: { name: string }) => operationsOf({ paths: keptPaths }, [name]).length > 0;
  return { ...others, tags: tags.filter(isUsed), paths: keptPaths, components: { schemas } };
}

/** Returns the schemas that the paths use, directly or inside other schemas. */
function usedSchemas(schemas: Record<string, Schema>, paths: Document["paths"]): Record<string, Schema> {
  const used = new Set<string>();
  const collect = (part: unknown) => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      collect(schemas[name]);
    }
  };
  collect(paths);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
}

/** Returns the operations of a document with one of the tags, in the order of the document. */
export function operationsOf(
  { paths }: Pick<Document, "paths">,
  tags: readonly string[],
): { call: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { tags: [tag = ""] = [] }]) => tags.includes(tag))
      .map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, operation })),
  );
}

type PageOptions = { title: string; intro: string; tags: readonly string[]; types: string };

/** Writes the page of the operations that have one of the tags. `types`: the page of the types, or empty for the same page. */
export function routesPage(document: Document, { title, intro, tags, types }: PageOptions): string {
  const operations = operationsOf(document, tags).map(({ call, operation }) => {
    const { summary = "", description = "", parameters = [], requestBody, responses } = operation;
    const ofPath = parameters.map(({ schema, ...each }) =>
      rowOf(each.name, { ...schema, description: each.description ?? schema.description ?? "" }, { ...each, types }),
    );
    const bodies = Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema = {} }]) => [
      `The body is ${type === "application/json" ? "" : `${code(type)}: `}${typeOf(schema, types)}.`,
    ]);
    const answers = Object.entries(responses)
      .filter(([status]) => status !== "default")
      .map(([status, { content }]) => {
        const schema = Object.values(content ?? {})[0]?.schema;
        return `${status}${schema === undefined ? "" : ` with ${typeOf(schema, types)}`}`;
      });
    const table = ofPath.length === 0 ? [] : [TABLE + ofPath.join("\n")];
    const texts = [`${summary}.`, description].filter((text) => text.length > 1).map(escapeText);
    return [`## ${code(call)}`, ...texts, ...table, ...bodies, `Returns ${answers.join(" or ")}.`].join("\n\n");
  });
  return [`# ${title}`, intro, ...operations].join("\n\n");
}

export function typesSection({ components }: Document): string {
  const sections = Object.entries(components.schemas).map(([name, schema]) => {
    const rows = Object.entries(schema.properties ?? {}).map(([member, each]) =>
      rowOf(member, each, { in: "", required: schema.required?.includes(member) ?? false, types: "" }),
    );
    const shown = rows.length === 0 ? `Is ${typeOf(schema, "")}.` : TABLE + rows.join("\n");
    return `### ${name} {#type-${name.toLowerCase()}}\n\n${shown}`;
  });
  return ["## Types", ...sections].join("\n\n");
}

const TABLE = "| name | type | default | range | meaning |\n| --- | --- | --- | --- | --- |\n";

type RowOptions = { in: string; required?: boolean; types: string };

function rowOf(name: string, schema: Schema, { in: place, required = false, types }: RowOptions): string {
  const value = schema.default === undefined ? (required ? "required" : "") : code(JSON.stringify(schema.default));
  const where = place === "" || place === "path" ? "" : ` (${place})`;
  const cells = [`${code(name)}${where}`, typeOf(schema, types), value, rangeOf(schema), schema.description ?? ""];
  return `| ${cells.map((cell) => escapeText(cell.replaceAll("\n", " "))).join(" | ")} |`;
}

function typeOf(schema: Schema, types: string): string {
  const { $ref, anyOf, items, type = "any value", format } = schema;
  const name = $ref?.split("/").at(-1);
  if (name !== undefined) return `[${name}](${types}#type-${name.toLowerCase()})`;
  if (anyOf !== undefined) return [...new Set(anyOf.map((each) => typeOf(each, types)))].join(" or ");
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((each) => code(JSON.stringify(each))).join(" or ");
  if (items !== undefined) return `array of ${typeOf(items, types)}`;
  return format === undefined ? type : `${type} (${format})`;
}

const LIMITS = [
  ["minimum", "maximum", ""],
  ["minLength", "maxLength", " characters"],
  ["minItems", "maxItems", " items"],
] as const;

function rangeOf(schema: Schema): string {
  const ranges = LIMITS.flatMap(([least, most, unit]) => {
    const [from, to] = [schema[least], schema[most]].map((limit) => (limit as number)?.toLocaleString("en"));
    if (from === undefined) return to === undefined ? [] : [`at most ${to}${unit}`];
    return [to === undefined ? `from ${from}${unit}` : `${from} to ${to}${unit}`];
  });
  return [...ranges, ...(schema.anyOf ?? []).map(rangeOf).filter((range) => range !== "")].join(", ");
}
