import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A request in the form that the functions of the embedding application get. `original` is the Express or Fastify request object, or else
 * `request` itself.
 */
export type Exchange = { request: Request; original: unknown };

/** The HTTP request that an entry point received. The `user()` function of the application gets this request. */
export const exchange = new AsyncLocalStorage<Exchange>();
