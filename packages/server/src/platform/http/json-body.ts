import { finished } from "node:stream";
import type { FastifyInstance, FastifyRequest, preParsingHookHandler } from "fastify";
import { httpLimits } from "./http-limits.ts";
import { structureFault } from "./json-structure.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { networkOf } from "./network.ts";
import { HttpProblem } from "./problem.ts";

/** Parsing and validating a longer body takes milliseconds, so the work for longer bodies waits in a queue. Bytes. */
const LONG_BODY = 32_768;

/** Accepts only JSON bodies of limited size and structure. Other media types get status 415. An empty body counts as no body. */
export function parseJsonBodies(app: FastifyInstance, { turns }: { turns: LoopTurns }): void {
  const parse = app.getDefaultJsonParser("error", "error");
  const limitBodies = createBodyLimit();
  app.addHook("onRoute", (route) => {
    if ((route.bodyLimit ?? 0) > httpLimits.jsonBodyBytes) route.preParsing = limitBodies;
  });
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

/**
 * Limits the bytes of all large bodies that arrive or wait at the same time, because the process keeps memory that it has used once.
 * A body counts with its declared length, from before its first byte until its response has ended. A client that waits with its body can't
 * use up the bytes of other clients, because each person and each network also has a limit.
 */
function createBodyLimit(): preParsingHookHandler {
  const { largeBodiesBytes, largeBodiesOfOneBytes } = httpLimits;
  const byHolder = new Map<string, number>();
  let allBytes = 0;
  return (request, reply, payload, done) => {
    const { "content-length": length } = request.headers;
    const { bodyLimit } = request.routeOptions;
    const bytes = Math.min(length === undefined ? bodyLimit : Number(length), bodyLimit);
    if (bytes <= httpLimits.jsonBodyBytes) return done(null, payload);
    const holder = request.caller?.userId ?? `ip ${networkOf(request.clientAddress ?? request.ip)}`;
    const ofHolder = byHolder.get(holder) ?? 0;
    if (allBytes + bytes > largeBodiesBytes || ofHolder + bytes > largeBodiesOfOneBytes) return done(busy());
    allBytes += bytes;
    byHolder.set(holder, ofHolder + bytes);
    finished(reply.raw, () => {
      allBytes -= bytes;
      const left = (byHolder.get(holder) ?? 0) - bytes;
      if (left > 0) byHolder.set(holder, left);
      else byHolder.delete(holder);
    });
    done(null, payload);
  };
}

function busy(): HttpProblem {
  const problem = "Too many large requests arrive at the same time. Wait until Retry-After has passed, then try again.";
  return new HttpProblem("service_busy", problem, { headers: { "Retry-After": "1" } });
}
