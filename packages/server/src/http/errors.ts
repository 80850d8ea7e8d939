import type { Socket } from "node:net";
import { type ProblemCode, problems } from "@valetkey/contract";
import type { FastifyError, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { logFields } from "./logging.ts";
import type { Metrics } from "./metrics.ts";
import { HttpProblem, problemBody, type Refusal, refusalOf } from "./problem.ts";
import type { App } from "./types.ts";
import type { WebApp } from "./web-app.ts";

// Long enough for a restart, short enough that nobody gives up. Seconds.
const RETRY_AFTER = "2";

/** Answers every error as a problem of the closed set; the whole error goes to the log and nowhere else. */
export function answerErrors(
  app: App,
  options: { metrics: Metrics; table: RouteTable; webApp: WebApp | undefined },
): void {
  app.setErrorHandler(sendProblem);
  const unmatched = new Map<string, ReturnType<Metrics["observer"]>>();
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    let observe = unmatched.get(method);
    if (observe === undefined) {
      observe = options.metrics.observer({ method, route: "unmatched" });
      unmatched.set(method, observe);
    }
    reply.raw.once("finish", () => observe(request, reply, () => undefined));
    const path = request.url.split("?", 1)[0] ?? "/";
    const allowed = options.table.methodsOf(path);
    if (allowed.length === 0 || allowed.includes(method)) {
      const page = options.table.isOfApi(path) ? undefined : options.webApp?.pageOfNothing(request, reply);
      if (page !== undefined) return page;
      throw nothingHere();
    }
    throw new HttpProblem("method_not_allowed", `This address takes ${allowed.join(", ")}.`, {
      headers: { allow: allowed.join(", ") },
    });
  });
}

/** The refusal of an address that nothing is at. */
export function nothingHere(): HttpProblem {
  return new HttpProblem("not_found", "There is nothing at this address.");
}

/** Fastify's error handler, and its handler of errors that come before any route. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  const { status } = problems[refusal.code];
  if (status >= 500) request.log.error({ ...logFields(request), err: error }, refusal.code);
  reply
    .code(status)
    .headers(headersOf(refusal, status))
    .send(JSON.stringify(problemBody(refusal.code, { detail: refusal.detail, requestId: request.id })));
}

function headersOf({ headers }: Refusal, status: number): Record<string, string> {
  return {
    "content-type": "application/problem+json; charset=utf-8",
    ...(status === 503 ? { "retry-after": RETRY_AFTER } : {}),
    ...headers,
  };
}

/** Answers what Node's HTTP parser refuses before there is a request, and closes the connection. */
export function sendParserProblem(error: { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, detail } = parserRefusal(error.code);
  const { status, title } = problems[code];
  const body = JSON.stringify(problemBody(code, { detail, requestId }));
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function parserRefusal(code: string | undefined): { code: ProblemCode; detail: string } {
  if (code === "HPE_HEADER_OVERFLOW")
    return { code: "headers_too_large", detail: "The headers are larger than 16 KiB." };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return { code: "request_timeout", detail: "The request took too long to come." };
  return { code: "invalid_request", detail: "This is not a valid HTTP request." };
}

type RouteTable = ReturnType<typeof routeTable>;

/** Remembers every route, for the answers 404 and 405. */
export function routeTable() {
  const routes: { pattern: RegExp; method: string }[] = [];
  const sections = new Set<string>();
  return {
    add({ method, url, config }: RouteOptions): void {
      if (config?.isPage !== true) sections.add(sectionOf(url));
      const path = url
        .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
        .replaceAll(/:[^/]+/g, "[^/]+")
        .replaceAll("*", ".*");
      for (const one of [method].flat()) routes.push({ pattern: new RegExp(`^${path}$`), method: one });
    },
    /** Whether there are addresses for programs in this part of the service, `/notes` of `/notes/1/2`. */
    isOfApi: (path: string): boolean => sections.has(sectionOf(path)),
    /** The methods that an address takes. */
    methodsOf: (path: string): string[] => [
      ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
    ],
  };
}

function sectionOf(path: string): string {
  return path.split("/", 2)[1] ?? "";
}
