import { ValetKeyError } from "@valetkey/client";
import { accountTexts } from "../../texts/en/accounts.ts";
import { describeProblem } from "../../texts/index.ts";

const failures: Partial<Record<string, string>> = accountTexts.failures;

/** Explains why a sign-in failed. Some error codes have another meaning at the sign-in than on other pages. */
export function describeSignIn(error: unknown): string {
  return (error instanceof ValetKeyError && failures[error.code]) || describeProblem(error);
}
