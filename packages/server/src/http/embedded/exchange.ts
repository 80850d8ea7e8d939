import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A request in the form for the application. `original` is the request of the framework: an Express or Fastify request, or `request`
 * itself.
 */
export type Exchange = { request: Request; original: unknown };

/** The HTTP request that a door received, for the code that asks the application who sent the request. */
export const exchange = new AsyncLocalStorage<Exchange>();
