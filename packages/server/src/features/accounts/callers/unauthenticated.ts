import { HttpProblem } from "../../../platform/http/problem.ts";

/** Creates the error for refused credentials. The default challenge is the challenge for a bearer token (RFC 6750 section 3.1). */
export function unauthenticated(message: string, challenge = 'Bearer error="invalid_token"'): HttpProblem {
  return new HttpProblem("unauthenticated", message, { headers: { "WWW-Authenticate": challenge } });
}
