import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { structureFault } from "./json-structure.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { HttpProblem } from "./problem.ts";

/** Parsing and validating a longer body takes milliseconds, so the work for longer bodies waits in a queue. Characters. */
const LONG_TEXT = 32_768;

/** Accepts only JSON bodies of limited size and structure. Other media types get status 415. An empty body counts as no body. */
export function parseJsonBodies(app: FastifyInstance, { turns }: { turns: LoopTurns }): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string", bodyLimit: httpLimits.jsonBodyBytes },
    (request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void) => {
      if (text === "") {
        done(null);
        return;
      }
      const read = () => {
        const fault = structureFault(text);
        if (fault === undefined) parse(request, text, done);
        else done(new HttpProblem("invalid_request", fault));
      };
      if (text.length > LONG_TEXT) turns(read);
      else read();
    },
  );
}
