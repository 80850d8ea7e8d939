import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { HttpProblem } from "./problem.ts";

/** Accepts JSON bodies of limited size and depth, and refuses other media types with 415. An empty body counts as none. */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string", bodyLimit: httpLimits.jsonBodyBytes },
    (request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void) => {
      if (text === "") {
        done(null, undefined);
        return;
      }
      parse(request, text, (error, body: unknown) => {
        if (error !== null) done(error);
        else if (isDeeper(body, httpLimits.jsonDepth)) done(tooDeep());
        else done(null, body);
      });
    },
  );
}

/** Whether a value nests more than `levels` deep. Stops there, so that its own recursion is bounded. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const member of Object.values(value)) {
    if (isDeeper(member, levels - 1)) return true;
  }
  return false;
}

function tooDeep(): HttpProblem {
  return new HttpProblem("invalid_request", `The body nests more than ${httpLimits.jsonDepth} levels deep.`);
}
