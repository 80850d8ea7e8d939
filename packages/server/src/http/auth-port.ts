import type { FastifyRequest } from "fastify";
import type { Caller } from "../domain/person.ts";

/**
 * Tells who is calling, before the body is read; not a promise when no I/O was needed.
 * Throws HttpProblem `unauthenticated` or `cross_site_request`.
 */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;
