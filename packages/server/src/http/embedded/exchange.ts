import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A request, as the functions of the application get it. `original` is the request of the framework: an Express or Fastify request, or
 * `request` itself.
 */
export type Exchange = { request: Request; original: unknown };

/** The HTTP request that an entry point received. The `user()` function of the application gets this request. */
export const exchange = new AsyncLocalStorage<Exchange>();
