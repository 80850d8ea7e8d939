import { STATUS_CODES } from "node:http";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { Problem } from "@valetkey/contract";
import { Type } from "typebox";
import { docsTheme } from "./docs-theme.ts";
import type { App } from "./types.ts";

/** The answer without a body. */
export const nothing = Type.Null({ description: "Done" });

// Every refusal of every route has this shape; it is said here once, and not compiled into any serialiser.
const refusal = {
  description: "A refusal (RFC 9457)",
  content: { "application/problem+json": { schema: { $ref: "Problem#" } } },
};

/** In the order in which one comes to need them. */
const tags = [
  { name: "notes", description: "What files are attached to" },
  { name: "attachments", description: "The files of a note" },
  { name: "urls", description: "Downloads: a URL after an access check" },
  { name: "uploads", description: "Files straight to the bucket" },
  { name: "uppy", description: "The same for pages with Uppy" },
  { name: "shares", description: "Who else may reach a note or a file" },
  { name: "activity", description: "What happened" },
  { name: "usage", description: "What one's files take up" },
  { name: "tokens", description: "API tokens" },
  { name: "accounts", description: "Sign-up, sign-in, sessions" },
  { name: "operations", description: "Probes and metrics" },
] as const;

/** The OpenAPI 3.1 document at /openapi.json, and its pages at /docs. Registered before the routes that it describes. */
export function documentRoutes(app: App, options: { publicUrl: string }): void {
  app.addSchema(Problem);
  app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Valet Key",
        version: "0.1.0",
        description: "Files in your own private bucket, reached through URLs that live for seconds.",
      },
      servers: [{ url: options.publicUrl }],
      tags: [...tags],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "A JWT of your application, or an API token (vk_…)" },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
    transform: ({ schema, url }) => ({
      schema:
        schema?.hide === true
          ? schema
          : { ...schema, response: { ...documented(responsesOf(schema)), default: refusal } },
      url,
    }),
  });
  app.register(swaggerUi, {
    routePrefix: "/docs",
    theme: docsTheme,
    uiConfig: { docExpansion: "list", deepLinking: true, layout: "BaseLayout" },
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}

/** `unsafe` tells the serialiser that a URL needs no escaping; to readers of the document it is a URI. */
function documented(given: object): object {
  const responses = Object.fromEntries(
    Object.entries(given).map(([status, schema]) => [status, { description: STATUS_CODES[status], ...schema }]),
  );
  const text = JSON.stringify(responses);
  return text.includes('"unsafe"') ? JSON.parse(text.replaceAll('"format":"unsafe"', '"format":"uri"')) : responses;
}

function responsesOf(schema: { response?: unknown } | undefined): object {
  return typeof schema?.response === "object" && schema.response !== null ? schema.response : {};
}
