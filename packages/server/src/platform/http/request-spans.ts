import type { FastifyRequest } from "fastify";
import type { App } from "./routes.ts";

type RequestSpan = {
  /** Calls `work` inside the span. All spans that start inside `work` become children of the request span. */
  run(work: () => void): void;
  /** `code`: the error code of the response, or undefined without an error. */
  end(outcome: { status: number; code: string | undefined }): void;
};

/** Starts the span of a request. `traceparent`: the request header `traceparent` (W3C Trace Context). */
export type StartRequestSpan = (request: {
  method: string;
  route: string;
  requestId: string;
  traceparent: string | undefined;
}) => RequestSpan;

export type RequestSpans = {
  /** Stores the error code of the response for the span of the request. */
  fail(request: FastifyRequest, code: string): void;
};

type Traced = { span: RequestSpan; code: string | undefined };

/** Adds hooks that give each request a span. The hooks must come before all other hooks, whose work is part of the span. */
export function traceRequests(app: App, start: StartRequestSpan): RequestSpans {
  const traced = new WeakMap<FastifyRequest, Traced>();
  app.addHook("onRequest", (request, _reply, done) => {
    const { traceparent } = request.headers;
    const span = start({
      method: request.method,
      route: request.routeOptions.url ?? "unmatched",
      requestId: request.id,
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
    });
    traced.set(request, { span, code: undefined });
    span.run(done);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { span, code } = traced.get(request) ?? {};
    span?.end({ status: reply.statusCode, code });
    done();
  });
  return {
    fail(request, code) {
      const found = traced.get(request);
      if (found !== undefined) found.code = code;
    },
  };
}
