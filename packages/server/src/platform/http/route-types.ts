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
import type { Metrics } from "../metrics/requests.ts";
import type { ClientIpOf } from "./client-address.ts";
import type { PlainPages } from "./plain-pages.ts";

/** The type of the application to which routes are added. Requests and replies get their types from the schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A request whose body, parameters and query get their types from the schema. */
export type RequestOf<Schema extends FastifySchema> = FastifyRequest<
  RouteGenericInterface,
  RawServerDefault,
  RawRequestDefaultExpression,
  Schema,
  TypeBoxTypeProvider
>;

/** The routes need the values and functions of the type. `UseCases` contains the verbs of the features that the routes call. */
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
  /** A `preHandler` for lists, which gives each page a turn of the event loop (request-body.ts). A long page takes milliseconds. */
  takeTurn: (request: unknown, reply: unknown, done: () => void) => void;
};

export type FormProgressLimits = {
  /** The longest time that the service waits for the next bytes. */
  stallMs: number;
  /** The service checks the rate after a total wait of `rateWindowMs` milliseconds for the client. */
  rateWindowMs: number;
  /** If a form arrives more slowly than `minBytesPerSecond`, the service aborts the upload. */
  minBytesPerSecond: number;
};

/** Returns whether the route streams the body. Only the limits for forms apply to the duration of such a request. */
export function isStreamedForm({ headers, routeOptions }: FastifyRequest): boolean {
  const form = "multipart/form-data";
  return routeOptions.schema?.consumes?.includes(form) === true && headers["content-type"]?.startsWith(form) === true;
}
