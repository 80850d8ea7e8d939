import type { TestService } from "./service.ts";

/** Runs the verifications that are due, one after another. Returns how many. */
export async function runChecks({ useCases }: TestService): Promise<number> {
  for (let done = 0; ; done++) {
    const check = await useCases.claimCheck();
    if (check === undefined) return done;
    await useCases.runCheck(check);
  }
}
