import type { ErrorCode } from "@valetkey/client";

/**
 * The texts for problems that are not in `problems.ts`. Only the other languages have such texts: the messages of the service are English,
 * and more exact. A page loads this file at its first problem, because most visits never need it.
 */
export const rareProblems: Partial<Record<ErrorCode, string>> = {};
