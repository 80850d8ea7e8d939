import type { ProblemCode } from "@valetkey/contract";
import { HttpProblem } from "../../../platform/http/problem.ts";

const CODES: Record<number, ProblemCode> = {
  401: "unauthenticated",
  403: "access_denied",
  404: "not_found",
  415: "unsupported_media_type",
};

/** Converts an error response of better-auth to a problem. A failure of better-auth becomes `internal`. */
export async function accountProblem(response: Response): Promise<Error> {
  const { status } = response;
  if (status >= 500) return new Error(`The accounts library responded with status ${status}.`);
  const code = CODES[status] ?? "invalid_request";
  const headers = code === "unauthenticated" ? { "WWW-Authenticate": "Bearer" } : undefined;
  return new HttpProblem(code, await messageOf(response), { ...(headers && { headers }) });
}

// The error texts of better-auth are fixed, or name an invalid field. These texts never contain a value from the request.
async function messageOf(response: Response): Promise<string> {
  try {
    const body: unknown = JSON.parse(await response.text());
    if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
      return body.message;
    }
  } catch {}
  return "The request was refused.";
}
