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
import type { UseCases } from "../usecases/index.ts";
import type { Metrics } from "./metrics.ts";

/** The application as routes see it: requests and replies have the types of their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A request whose parts have the types of its schema. */
export type RequestOf<Schema extends FastifySchema> = FastifyRequest<
  RouteGenericInterface,
  RawServerDefault,
  RawRequestDefaultExpression,
  Schema,
  TypeBoxTypeProvider
>;

/** What routes are built from. */
export type RouteDeps = {
  useCases: UseCases;
  metrics: Metrics;
  /** The largest file a form may carry. Bytes. */
  uploadMaxBytes: number;
  /** The origin that people reach the service at. */
  publicUrl: string;
};
