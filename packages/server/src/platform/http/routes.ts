import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
} from "fastify";
import { Type } from "typebox";
import type { Metrics } from "../metrics/requests.ts";
import type { ClientIpOf } from "./client-address.ts";
import type { PlainPages } from "./plain-pages.ts";

/** The application to which routes are added. The types of requests and replies come from the schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A request whose types of body, parameters and query come from the schema. */
export type RequestOf<Schema extends FastifySchema> = FastifyRequest<
  RouteGenericInterface,
  RawServerDefault,
  RawRequestDefaultExpression,
  Schema,
  TypeBoxTypeProvider
>;

/** The values and functions that the routes need. `UseCases` contains the functions of the features that the routes call. */
export type RouteDeps<UseCases> = {
  useCases: UseCases;
  metrics: Metrics;
  /** The maximum size of a file in a form, in bytes. */
  uploadMaxBytes: number;
  formProgress: FormProgressLimits;
  /** The public origin of the service. */
  publicUrl: string;
  clientIpOf: ClientIpOf;
  plainPages: PlainPages;
  /**
   * A `preHandler` for lists, which gives each page its own turn of the event loop (request-body.ts), because a long page takes
   * milliseconds.
   */
  takeTurn: (request: unknown, reply: unknown, done: () => void) => void;
};

export type FormProgressLimits = {
  /** The maximum time that the service waits for the next bytes. */
  stallMs: number;
  /** The service checks the rate each time it has waited `rateWindowMs` milliseconds in total for the client. */
  rateWindowMs: number;
  /** The service aborts an upload if the form arrives more slowly than this rate. */
  minBytesPerSecond: number;
};

/** Returns whether the route streams the body. Only the time limits for forms apply to such a request. */
export function isStreamedForm({ headers, routeOptions }: FastifyRequest): boolean {
  const form = "multipart/form-data";
  return routeOptions.schema?.consumes?.includes(form) === true && headers["content-type"]?.startsWith(form) === true;
}

/** The schema of a response without a body. */
export const emptyResponse = Type.Null({ description: "Done" });

/** Marks the body of a route as optional in the document, because the OpenAPI plugin has no setting for that. */
export const bodyIsOptional = { "x-body-is-optional": true } as const;

/** Adds the tag and the operation id to each schema. The keys of `schemas` are the operation ids. */
export function operations<Schemas extends Record<string, FastifySchema>>(
  tag: (typeof tags)[number]["name"],
  schemas: Schemas,
): Schemas {
  const entries = Object.entries(schemas);
  return Object.fromEntries(
    entries.map(([operationId, schema]) => [operationId, { tags: [tag], operationId, ...schema }]),
  ) as Schemas;
}

/** The tags of the operations, in the order in which /docs shows them. */
export const tags = [
  { name: "notes", description: "Notes that files are attached to" },
  { name: "attachments", description: "The files of a note" },
  { name: "urls", description: "Downloads: a URL after an access check" },
  { name: "uploads", description: "Uploads from the browser directly to the bucket" },
  { name: "uppy", description: "Uploads for pages with Uppy" },
  { name: "shares", description: "Access of other users to a note or a file" },
  { name: "links", description: "Links and file requests for people without an account" },
  { name: "trash", description: "Deleted notes and files, which can be restored" },
  { name: "changes", description: "Hints for pages that stay up to date" },
  { name: "activity", description: "The audit log" },
  { name: "usage", description: "Storage used by your files" },
  { name: "tokens", description: "API tokens" },
  { name: "mail", description: "The mails that you get" },
  { name: "webhooks", description: "Signed HTTP requests to your servers about events" },
  { name: "accounts", description: "Sign-up, sign-in, sessions" },
  { name: "visitors", description: "Links, for people without an account" },
  { name: "administration", description: "For administrators" },
  { name: "operations", description: "Probes and metrics" },
] as const;
