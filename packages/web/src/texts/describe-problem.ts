import { type ErrorCode, ValetKeyError } from "@valetkey/client";
import { language } from "./en/language.ts";
import { problems } from "./en/problems.ts";
import { formatDuration } from "./format.ts";

let rare: Partial<Record<ErrorCode, string>> = {};

/**
 * Loads the texts of rare problems. Call this function before you describe the problem in a response. Without these texts, the page shows
 * the message of the service.
 */
export async function loadRareProblems(): Promise<void> {
  if (language.code === "en") return;
  rare = await import("./en/rare-problems.ts").then(
    ({ rareProblems }) => rareProblems,
    () => rare,
  );
}

/** Describes what went wrong, and what the user can do. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof ValetKeyError)) return problems.unknown;
  const { code, message, retryAfterSeconds } = error;
  if (code === "rate_limited" && retryAfterSeconds !== undefined) {
    return problems.tooOften(formatDuration(retryAfterSeconds));
  }
  return problems[code] ?? rare[code] ?? message;
}
