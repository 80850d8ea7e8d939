import type { Answer } from "../http/answer.ts";
import type { S3Request } from "../http/request.ts";
import type { Store } from "../store/store.ts";

/** What operations work with; `now` is in milliseconds since 1970. */
export type Context = { store: Store; region: string; now: () => number };

/** One S3 operation: it answers, or throws S3Error. */
export type Operation = (request: S3Request, context: Context) => Answer | Promise<Answer>;
