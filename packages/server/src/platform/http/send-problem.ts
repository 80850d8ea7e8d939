import type { Socket } from "node:net";
import { type ProblemCode, problems } from "@valetkey/contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { logFields } from "./logging.ts";
import { HttpProblem, problemBody, refusalOf } from "./problem.ts";

// The value of the header Retry-After. The service can restart in this time, and the time is short enough for a waiting user. Seconds.
const RETRY_AFTER = "2";

/** Creates the error for a path that has no route. */
export function notFound(): HttpProblem {
  return new HttpProblem("not_found", "There is nothing at this URL.");
}

/** Sends an error as a problem document (RFC 9457). Also sends errors that Fastify raises before it finds a route. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  const { status } = problems[refusal.code];
  if (status >= 500) request.log.error({ ...logFields(request), err: error }, refusal.code);
  reply.code(status).header("content-type", "application/problem+json; charset=utf-8");
  if (status === 503 || status === 429) reply.header("retry-after", RETRY_AFTER);
  const body = problemBody(refusal.code, { detail: refusal.detail, requestId: request.id });
  reply.headers(refusal.headers).send(JSON.stringify(body));
}

/** Sends a problem document when Node's HTTP parser refuses the received bytes, and closes the connection. */
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
    return { code: "request_timeout", detail: "The request headers did not arrive in time." };
  return { code: "invalid_request", detail: "This is not a valid HTTP request." };
}
