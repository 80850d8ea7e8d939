import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { structureFault } from "./json-structure.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { HttpProblem } from "./problem.ts";

/** Parsing and validating a longer body takes milliseconds, so the work for longer bodies waits in a queue. Bytes. */
const LONG_BODY = 32_768;

/** Accepts only JSON bodies of limited size and structure. Other media types get status 415. An empty body counts as no body. */
export function parseJsonBodies(app: FastifyInstance, { turns }: { turns: LoopTurns }): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    "application/json",
    // A waiting body stays outside of the heap. A text of each waiting body would make the heap grow, and V8 keeps a heap that has grown.
    { parseAs: "buffer", bodyLimit: httpLimits.jsonBodyBytes },
    (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void) => {
      if (bytes.length === 0) {
        done(null);
        return;
      }
      const read = () => {
        const text = bytes.toString();
        const fault = structureFault(text);
        if (fault === undefined) parse(request, text, done);
        else done(new HttpProblem("invalid_request", fault));
      };
      if (bytes.length > LONG_BODY) turns(read);
      else read();
    },
  );
}
