import { type ErrorCode, ValetKeyError } from "@valetkey/client";
import type { Rejected } from "./describe-rejection.ts";
import { problems } from "./en/problems.ts";
import { formatDuration } from "./format.ts";

let rare: Partial<Record<ErrorCode, string>> = {};
let describeRejection = ({ reason }: Rejected) => reason;

/**
 * Loads the texts of rare problems. Call this function before you describe a problem. Without these texts, the page shows the message of
 * the service.
 */
export async function loadRareProblems(): Promise<void> {
  try {
    const [problems, rejections] = await Promise.all([
      import("./en/rare-problems.ts"),
      import("./describe-rejection.ts"),
    ]);
    rare = problems.rareProblems;
    describeRejection = rejections.describeRejection;
  } catch {
    // If the texts cannot be loaded, the page shows the message of the service.
  }
}

export function describeProblem(error: unknown): string {
  if (!(error instanceof ValetKeyError)) return problems.unknown;
  const { code, message, retryAfterSeconds, rejection } = error;
  if (code === "rate_limited" && retryAfterSeconds !== undefined) {
    return problems.tooOften(formatDuration(retryAfterSeconds));
  }
  // Node.js, which runs the tests of the texts, has no `onLine`.
  if (code === "network" && (navigator as { onLine?: boolean }).onLine === false) return problems.offline;
  if (code === "upload_rejected") return describeRejection({ reason: message, rejection }) ?? message;
  return problems[code] ?? rare[code] ?? message;
}
