import type { ArrivingBodies } from "../body/arriving-bodies.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import type { Store } from "../store/store.ts";

/** The dependencies that operations need. `now` returns milliseconds since 1970. */
export type Context = { store: Store; bodies: ArrivingBodies; region: string; now: () => number };

/** One S3 operation, which returns a response or throws S3Error. */
export type Operation = (request: S3Request, context: Context) => S3Response | Promise<S3Response>;
