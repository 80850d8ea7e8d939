import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { structureFault } from "./json-structure.ts";
import { HttpProblem } from "./problem.ts";

/** Accepts JSON bodies of limited size and structure, and refuses other media types with 415. An empty body counts as none. */
export function parseJsonBodies(app: FastifyInstance): void {
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
      const fault = structureFault(text);
      if (fault === undefined) parse(request, text, done);
      else done(new HttpProblem("invalid_request", fault));
    },
  );
}
