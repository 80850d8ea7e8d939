import { type Problem, type ProblemCode, problems } from "@valetkey/contract";
import { DomainError, type DomainErrorCode } from "../domain/errors.ts";

/** A refusal that only HTTP knows of (no session, a cross-site call, a rate limit); the rest are DomainErrors. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  /** Extra response headers, such as Retry-After or WWW-Authenticate. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, options?: ErrorOptions & { headers?: Record<string, string> }) {
    super(message, options);
    this.name = "HttpProblem";
    this.code = code;
    this.headers = options?.headers ?? {};
  }
}

/** The body of an error: every code has one status, and the status in the body is the one on the wire (RFC 9457). */
export function problemBody(code: ProblemCode, options: { detail: string; requestId: string }): Problem {
  const { status, title } = problems[code];
  const { detail, requestId } = options;
  return { type: "about:blank", title, status, detail, code, message: detail, requestId };
}

/** Domain codes are wire codes of the same name; the compiler refuses a domain code that the contract lacks. */
export function codeOf(error: DomainError): ProblemCode {
  const code: DomainErrorCode & ProblemCode = error.code;
  return code;
}

/** What a client is told of an error. */
export type Refusal = { code: ProblemCode; detail: string; headers: Readonly<Record<string, string>> };

// The framework's and its plugins' own errors, by their code; a text of ours where theirs would show a header or a path.
const frameworkErrors: Record<string, { code: ProblemCode; detail: string }> = {
  FST_ERR_NOT_FOUND: { code: "not_found", detail: "There is nothing at this address." },
  FST_ERR_BAD_URL: { code: "invalid_request", detail: "The address is not a valid URL path." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "invalid_request", detail: "A part of the path is too long." },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "payload_too_large", detail: "The body is larger than 1 MiB." },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    detail: "Send JSON, with Content-Type: application/json; or a form, where a file is taken.",
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "invalid_request", detail: "The body is not valid JSON." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "invalid_request",
    detail: "The body is not as long as Content-Length says.",
  },
  ECONNRESET: { code: "invalid_request", detail: "The connection closed before the whole body came." },
};

const byStatus: Record<number, { code: ProblemCode; detail: string }> = {
  400: { code: "invalid_request", detail: "The request can't be understood." },
  404: { code: "not_found", detail: "There is nothing at this address." },
  413: { code: "payload_too_large", detail: "The request is too large." },
  415: { code: "unsupported_media_type", detail: "This media type is not taken here." },
  429: { code: "rate_limited", detail: "Too many requests; wait a moment." },
};

/** What to tell the client. Anything that isn't known to be harmless is `internal`, and says nothing else (docs/security-requirements.md, 32). */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpProblem) return { code: error.code, detail: error.message, headers: error.headers };
  if (error instanceof DomainError) return { code: codeOf(error), detail: error.message, headers: {} };
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const known =
    (typeof code === "string" && Object.hasOwn(frameworkErrors, code) && statusCode !== undefined
      ? frameworkErrors[code]
      : undefined) ?? (isFrameworkError(error) ? byStatus[statusCode as number] : undefined);
  return { ...(known ?? { code: "internal", detail: "Something went wrong here." }), headers: {} };
}

function isFrameworkError(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && code.startsWith("FST_");
}
