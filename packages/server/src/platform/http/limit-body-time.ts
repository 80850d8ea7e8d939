import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpProblem } from "./problem.ts";

/** Returns 408 if a body is not complete within this time. Forms have their own limits, because the upload of a file may take hours. */
export function limitBodyTime(app: FastifyInstance, timeoutMs: number): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { raw } = request;
    if (hasBody(request) && !isStreamedForm(request)) {
      const timer = setTimeout(() => {
        // While Fastify reads a body, it listens for errors. If there is no listener, the response was already sent, or the reading has not
        // started.
        if (reply.sent || raw.listenerCount("error") === 0) raw.destroy();
        else raw.emit("error", late(timeoutMs));
      }, timeoutMs);
      const stop = (): void => clearTimeout(timer);
      raw.once("end", stop).once("close", stop);
    }
    done();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

/**
 * Whether the route reads the body of this request as a stream. In this case, only the limits for forms apply to the duration of the
 * request.
 */
export function isStreamedForm({ headers, routeOptions }: FastifyRequest): boolean {
  const form = "multipart/form-data";
  return routeOptions.schema?.consumes?.includes(form) === true && headers["content-type"]?.startsWith(form) === true;
}

function late(timeoutMs: number): HttpProblem {
  return new HttpProblem(
    "request_timeout",
    `The body was not complete within ${timeoutMs / 1000} seconds. Send it again.`,
  );
}
