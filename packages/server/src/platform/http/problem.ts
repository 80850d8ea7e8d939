import type { Socket } from "node:net";
import { type FileProblem, type Problem, type ProblemCode, problems, type Rejection } from "@valetkey/contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { DomainError } from "../errors.ts";
import { logFields } from "./logging.ts";

/** An error of the HTTP layer, for example about a missing session. Use cases throw DomainErrors instead. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  /** Additional response headers, such as Retry-After or WWW-Authenticate. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, options?: ErrorOptions & { headers?: Record<string, string> }) {
    super(message, options);
    this.name = "HttpProblem";
    this.code = code;
    this.headers = options?.headers ?? {};
  }
}

/** Builds the body of an error response (RFC 9457). Each error code has one HTTP status. */
export function problemBody(
  code: ProblemCode,
  { detail, requestId, rejection }: { detail: string; requestId: string; rejection?: Rejection | undefined },
): Problem {
  const { status, title } = problems[code];
  return {
    type: "about:blank",
    title,
    status,
    detail,
    code,
    message: detail,
    requestId,
    ...(rejection && { rejection }),
  };
}

/** Builds the problem of one file in a batch of URLs. */
export function presentProblem({ code, message: detail, retryAfterSeconds, rejection }: DomainError): FileProblem {
  const { status } = problems[code];
  return {
    code,
    status,
    detail,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(rejection && { rejection }),
  };
}

/** The parts of an error that a client may see. */
type Refusal = {
  code: ProblemCode;
  detail: string;
  headers: Readonly<Record<string, string>>;
  rejection?: Rejection | undefined;
};

// The errors of Fastify and its plugins, by code. The texts replace the texts of Fastify, which could quote a header or a path.
const frameworkErrors: Record<string, { code: ProblemCode; detail: string }> = {
  FST_ERR_BAD_URL: { code: "invalid_request", detail: "The URL path is not valid." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "invalid_request", detail: "A part of the path is too long." },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "payload_too_large",
    detail:
      "The body is too large. The limit is 1 MiB for notes, batches of uploads and completed uploads, and 64 KiB elsewhere.",
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    detail: "Send JSON with Content-Type: application/json, or a form if the route accepts a file.",
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "invalid_request", detail: "The body is not valid JSON." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "invalid_request",
    detail: "The body length differs from Content-Length.",
  },
  FST_STATIC_FORBIDDEN_PATH: { code: "not_found", detail: "There is nothing at this URL." },
  ECONNRESET: { code: "invalid_request", detail: "The connection closed before the body was complete." },
};

const byStatus: Record<number, { code: ProblemCode; detail: string }> = {
  400: { code: "invalid_request", detail: "The request is malformed." },
  404: { code: "not_found", detail: "There is nothing at this URL." },
  413: { code: "payload_too_large", detail: "The request is too large." },
  415: { code: "unsupported_media_type", detail: "This route does not accept the media type." },
  429: { code: "rate_limited", detail: "Too many requests. Wait a moment and try again." },
};

/** Returns the parts of an error for the client. Unknown errors become `internal` (docs/security-requirements.md, 32). */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpProblem) return { code: error.code, detail: error.message, headers: error.headers };
  if (error instanceof DomainError) {
    const { code, message: detail, retryAfterSeconds, rejection } = error;
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
    return { code, detail, headers, rejection };
  }
  return { ...frameworkRefusal(error), headers: {} };
}

function frameworkRefusal(error: unknown): { code: ProblemCode; detail: string } {
  const { code, statusCode } = Object(error) as { code?: unknown; statusCode?: unknown };
  const name = String(code);
  const byCode = statusCode !== undefined && Object.hasOwn(frameworkErrors, name) ? frameworkErrors[name] : undefined;
  const known = byCode ?? (name.startsWith("FST_") ? byStatus[statusCode as number] : undefined);
  return known ?? { code: "internal", detail: "Something went wrong here." };
}

// The value of the header Retry-After, in seconds. The service can restart in two seconds, and a user can wait that long.
const RETRY_AFTER = "2";

export function notFound(): HttpProblem {
  return new HttpProblem("not_found", "There is nothing at this URL.");
}

/** Sends an error as a problem document (RFC 9457), also an error that Fastify raises before it finds a route. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  const { status } = problems[refusal.code];
  if (status >= 500) request.log.error({ ...logFields(request), err: error }, refusal.code);
  reply.code(status).header("content-type", "application/problem+json; charset=utf-8");
  if (status === 503 || status === 429) reply.header("retry-after", RETRY_AFTER);
  const { code, headers, ...facts } = refusal;
  const body = problemBody(code, { ...facts, requestId: request.id });
  reply.headers(headers).send(JSON.stringify(body));
}

/** Sends a problem document when the HTTP parser of Node.js refuses the received bytes, and closes the connection. */
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
