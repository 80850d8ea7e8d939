import { ValetKeyError } from "@valetkey/client";
import { problems } from "./en/problems.ts";
import { formatDuration } from "./format.ts";

/** Says what went wrong and what to do. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof ValetKeyError)) return problems.unknown;
  const { code, message, retryAfterSeconds } = error;
  if (code === "rate_limited" && retryAfterSeconds !== undefined) {
    return problems.tooOften(formatDuration(retryAfterSeconds));
  }
  return problems[code] ?? message;
}
