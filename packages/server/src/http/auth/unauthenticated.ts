import { HttpProblem } from "../problem.ts";

/** The refusal of a request without credentials. */
export function missingCredentials(): HttpProblem {
  return new HttpProblem("unauthenticated", "Sign in, or send a bearer token.", {
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** The refusal of a bearer token (RFC 6750 section 3.1). */
export function unauthenticated(message: string): HttpProblem {
  return new HttpProblem("unauthenticated", message, {
    headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
  });
}
