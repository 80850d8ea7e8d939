import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { Caller } from "../domain/person.ts";

/**
 * Tells who is calling, before the body is read; not a promise when no I/O was needed.
 * Throws HttpProblem `unauthenticated` or `cross_site_request`.
 */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the authentication hook; null on public routes. */
    caller: Caller | null;
  }

  interface FastifyContextConfig {
    /** Of a GET that does more than look, since the client it is for allows no other method: its origin is checked as that of a POST. */
    changesState?: boolean;
  }
}

/** The caller of a route behind the authentication hook. Throws when the route isn't: a fault of ours, not of the client. */
export function callerOf(request: Pick<FastifyRequest, "caller">): Caller {
  if (request.caller === null) throw new Error("a route asks for its caller outside the authenticated scope");
  return request.caller;
}

/** The hook that stands before every route of the API; callback style, so that a synchronous answer costs no promise. */
export function authenticationHook(authenticate: Authenticate): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    // What is behind authentication is for one person: no cache keeps it, least of all a signed URL.
    reply.header("cache-control", "no-store");
    let caller: Caller | Promise<Caller>;
    try {
      caller = authenticate(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (!(caller instanceof Promise)) {
      request.caller = caller;
      done();
      return;
    }
    caller.then((found) => {
      request.caller = found;
      done();
    }, done);
  };
}
