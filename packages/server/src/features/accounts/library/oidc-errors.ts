import { type ProblemCode, type SignInError, signInErrors } from "@valetkey/contract";
import { HttpProblem } from "../../../platform/http/problem.ts";

const CODES: Record<string, SignInError> = {
  // These are error codes of better-auth.
  account_not_linked: "email_taken",
  state_not_found: "sign_in_expired",
  state_mismatch: "sign_in_expired",
  state_invalid: "sign_in_expired",
  nonce_binding_missing: "sign_in_expired",
  internal_server_error: "internal",
  // These are error codes of the identity provider (RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6).
  access_denied: "access_denied",
  login_required: "access_denied",
  consent_required: "access_denied",
  interaction_required: "access_denied",
  server_error: "identity_provider_unavailable",
  temporarily_unavailable: "identity_provider_unavailable",
};

/** Converts an error code of better-auth or of the provider to a problem. An unknown code becomes `sign_in_failed`. */
export function signInProblem(error: string): HttpProblem {
  const code = Object.hasOwn(CODES, error) ? CODES[error] : undefined;
  return new HttpProblem(code ?? "sign_in_failed", "Signing in with the identity provider failed.");
}

/** Returns the error code that the sign-in page shows. */
export function signInErrorOf(code: ProblemCode): SignInError {
  return signInErrors.find((each) => each === code) ?? "sign_in_failed";
}
