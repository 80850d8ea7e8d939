import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { HttpProblem } from "./problem.ts";

/** The only body most routes take: JSON of bounded size and depth; an empty one counts as none. Everything else is refused with 415. */
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

/** Tells whether a value nests more than `levels` deep; looks no deeper than that, so its own recursion is bounded. */
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
