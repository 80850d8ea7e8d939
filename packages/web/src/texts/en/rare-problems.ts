import type { ErrorCode } from "@valetkey/client";

/**
 * The texts of problems that `problems.ts` does not have, in other languages than English. The messages of the service are English, and
 * more exact. A page loads this file with the first problem, because most pages never need it.
 */
export const rareProblems: Partial<Record<ErrorCode, string>> = {};
