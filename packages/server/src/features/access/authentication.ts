import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { Caller } from "./caller.ts";

/**
 * Identifies the caller before the server reads the body. Returns a promise only if I/O is necessary.
 * Throws HttpProblem `unauthenticated` or `cross_site_request`.
 */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;

declare module "fastify" {
  interface FastifyRequest {
    /** The authentication hook sets the caller. Null on public routes. */
    caller: Caller | null;
  }
}

/** Returns the caller of a route that has the authentication hook. Throws on a public route, because such a call is a bug. */
export function callerOf(request: Pick<FastifyRequest, "caller">): Caller {
  if (request.caller === null) throw new Error("The route has no authentication hook, so it has no caller.");
  return request.caller;
}

/**
 * Builds the hook that identifies the caller. The hook takes a callback, so that no promise is needed when the caller is known
 * synchronously. `requireEnabled` refuses disabled users with a query. Routes that only make an access decision omit `requireEnabled`,
 * because the access query refuses disabled users.
 */
export function authenticationHook(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    // The response is for one user, so a cache must not store it. This matters most if the response contains a signed URL.
    reply.header("cache-control", "no-store");
    let caller: Caller | Promise<Caller>;
    try {
      caller = authenticate(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    const accept = (found: Caller): void => {
      request.caller = found;
      if (requireEnabled === undefined) done();
      else requireEnabled(found.userId).then(() => done(), done);
    };
    if (caller instanceof Promise) caller.then(accept, done);
    else accept(caller);
  };
}

/**
 * Creates a check that runs before a write. The check identifies the caller a second time, because somebody can revoke the credential while
 * the body arrives.
 */
export function identifyAgain(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.caller = await authenticate(request);
    await requireEnabled?.(request.caller.userId);
  };
}
