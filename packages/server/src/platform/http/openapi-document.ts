import { existsSync } from "node:fs";
import { join } from "node:path";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import * as contract from "@valetkey/contract";
import { Problem } from "@valetkey/contract";
import type { FastifyReply } from "fastify";
import { nodeHttp, ownVersion } from "../modules.ts";
import { notFound } from "./problem.ts";
import { type App, tags } from "./routes.ts";
import { sessionCookieName } from "./session-cookie.ts";

// The schema of all error responses. The schema is only for /openapi.json, so the service compiles no serialiser for it.
const refusal = {
  description: "A refusal (RFC 9457)",
  content: { "application/problem+json": { schema: { $ref: "Problem#" } } },
};

/**
 * A script that makes /docs follow the color scheme of the browser. The layout hides the button of Swagger UI that changes the color
 * scheme.
 */
const FOLLOW_SCHEME = `
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
`;

/** Hides the unused column for OpenAPI links, which would fill a third of the screen of a phone. */
const NO_LINKS = `
.swagger-ui .response-col_links { display: none; }
`;

/** The folder with Swagger UI in the published command. If the folder is missing, the npm package has the files. */
const BUNDLED_UI = join(import.meta.dirname, "swagger-ui");

type DocumentOptions = {
  publicUrl: string;
  /** Undefined: the document describes no session cookie. */
  accounts?: unknown;
  limits: { urlTtlDefaultSeconds: number; urlTtlMaxSeconds: number; urlTtlMaxSharedSeconds: number };
};

/** Serves the OpenAPI 3.1 document at /openapi.json, and its pages at /docs. The caller must register the other routes later. */
export function documentRoutes(app: App, { publicUrl, accounts, limits }: DocumentOptions): void {
  const bearer = { type: "http", scheme: "bearer", description: "A JWT of your application, or an API token (vk_…)" };
  const session = { type: "apiKey", in: "cookie", name: sessionCookieName(publicUrl), description: "Set by sign-in" };
  const schemes = { bearer, ...(accounts !== undefined && { session }) } as const;
  app.addSchema(Problem);
  app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Valet Key",
        version: ownVersion(),
        description: "Share files of your private bucket through presigned URLs that expire within seconds.",
      },
      servers: [{ url: publicUrl }],
      tags: [...tags],
      security: Object.keys(schemes).map((name) => ({ [name]: [] })),
      components: { securitySchemes: schemes as never },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
    transform: ({ schema, url }) => ({
      schema:
        schema?.hide === true
          ? schema
          : {
              ...schema,
              ...withRange(schema, limits),
              response: { ...documented(responsesOf(schema)), default: refusal },
            },
      url,
    }),
    transformObject: (document) =>
      "openapiObject" in document ? nameSchemas(withOptionalBodies(document.openapiObject)) : {},
  });
  let text: string | undefined;
  const sendDocument = (reply: FastifyReply) => {
    // The document is serialised only once, because every anonymous caller may request it.
    text ??= JSON.stringify(app.swagger());
    return reply.type("application/json; charset=utf-8").send(text);
  };
  app.register(swaggerUi, {
    routePrefix: "/docs",
    ...(existsSync(BUNDLED_UI) && { baseDir: BUNDLED_UI }),
    // Without this empty logo, the plugin would read the logo file of its package, although the page shows no logo.
    logo: { type: "image/svg+xml", content: "" },
    uiHooks: {
      preHandler: (request, reply, done) => {
        const { url } = request.routeOptions;
        if (url === "/docs/json") sendDocument(reply);
        // With `baseDir`, the plugin adds a route for files that do not exist in the folder.
        else done(url === "/docs/*" ? notFound() : undefined);
      },
    },
    // The scripts and styles are files, because the Content-Security-Policy forbids inline code.
    theme: {
      title: "Valet Key API",
      js: [{ filename: "follow-scheme.js", content: FOLLOW_SCHEME }],
      css: [{ filename: "no-links.css", content: NO_LINKS }],
    },
    uiConfig: { docExpansion: "list", deepLinking: true, layout: "BaseLayout" },
  });
  app.get("/openapi.json", { schema: { hide: true } }, (_request, reply) => sendDocument(reply));
}

function withOptionalBodies<Document extends { paths?: object }>(document: Document): Document {
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values<{ "x-body-is-optional"?: boolean; requestBody?: object }>(item)) {
      if (operation["x-body-is-optional"] !== true) continue;
      delete operation["x-body-is-optional"];
      operation.requestBody = { ...operation.requestBody, required: false };
    }
  }
  return document;
}

/** Documents the permitted range of `expiresIn`. The use case checks the range, so that the error text can name it. */
function withRange(schema: object | undefined, limits: DocumentOptions["limits"]): object {
  const expiresIn = {
    type: "integer",
    minimum: 1,
    maximum: limits.urlTtlMaxSeconds,
    default: limits.urlTtlDefaultSeconds,
    description: `Seconds. At most ${limits.urlTtlMaxSharedSeconds} for a file that is shared with the caller`,
  };
  const parts = Object.entries(schema ?? {}).flatMap(([name, part]) => {
    const hasExpiresIn = (name === "querystring" || name === "body") && part?.properties?.expiresIn !== undefined;
    return hasExpiresIn ? [[name, { ...part, properties: { ...part.properties, expiresIn } }]] : [];
  });
  return Object.fromEntries(parts);
}

/** Replaces the format `unsafe` with `uri` in the document. The format `unsafe` only tells the serialiser not to escape the value. */
function documented(given: object): object {
  const responses = Object.fromEntries(
    Object.entries(given).map(([status, schema]) => [
      status,
      { description: nodeHttp.STATUS_CODES[status], ...schema },
    ]),
  );
  const text = JSON.stringify(responses);
  return text.includes('"unsafe"') ? JSON.parse(text.replaceAll('"format":"unsafe"', '"format":"uri"')) : responses;
}

function responsesOf(schema: { response?: unknown } | undefined): object {
  return typeof schema?.response === "object" && schema.response !== null ? schema.response : {};
}

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

/** The names of the contract's schemas, by the JSON of the schema. If two exports have the same schema, the first name counts. */
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
 * gets the name of its export. Other bodies and responses get the name of their operation, such as `GetReceiptResponse`.
 */
export function nameSchemas<Given extends object>(document: Given): Given {
  const { paths, components } = document as Document;
  const schemas: Record<string, Schema> = { ...components?.schemas };

  /** Replaces each schema of the contract inside a value with a reference. */
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
 * Returns the JSON of a schema in the form of the document. The description is omitted, because it belongs to one place in the document,
 * such as a response. The format `uri` replaces the format `unsafe` of the contract.
 */
function jsonOf({ description: _, ...schema }: Schema): string {
  return JSON.stringify(schema).replaceAll('"format":"unsafe"', '"format":"uri"');
}
