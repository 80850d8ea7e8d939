import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpLimits } from "./http-limits.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { HttpProblem } from "./problem.ts";

const TOO_DEEP = `The body nests more than ${httpLimits.jsonDepth} levels deep.`;

/** The parser and the validation of a longer body take milliseconds. Characters. */
const LONG_TEXT = 32_768;

/** Accepts JSON bodies of limited size and depth, and refuses other media types with 415. An empty body counts as none. */
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
      const read = () =>
        parse(request, text, (error, body: unknown) => {
          const isTooDeep = error === null && isDeeper(body, httpLimits.jsonDepth);
          done(isTooDeep ? new HttpProblem("invalid_request", TOO_DEEP) : error, body);
        });
      if (text.length > LONG_TEXT) turns(read);
      else read();
    },
  );
}

/** Whether a value nests more than `levels` deep. Stops there, so that its own recursion is bounded. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeper(member, levels - 1));
}
