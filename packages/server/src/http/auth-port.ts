import type { FastifyRequest } from "fastify";
import type { Caller } from "../domain/person.ts";

/** Tells who is calling, or throws `unauthenticated`; without a promise when that is known at once. */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;
