import { type Problem, type ProblemCode, problems } from "@valetkey/contract";
import type { DomainError, DomainErrorCode } from "../domain/errors.ts";

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
