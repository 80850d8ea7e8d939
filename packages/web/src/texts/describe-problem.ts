import { ValetKeyError } from "@valetkey/client";
import { problems } from "./en/problems.ts";

/** A failure in words: what happened, what to do. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof ValetKeyError)) return problems.unknown;
  return problems[error.code] ?? error.message;
}
