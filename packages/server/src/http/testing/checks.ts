import type { TestService } from "./service.ts";

/** Works off the checks that are due, one after another; answers how many. */
export async function runChecks({ useCases }: TestService): Promise<number> {
  for (let done = 0; ; done++) {
    const check = await useCases.claimCheck();
    if (check === undefined) return done;
    await useCases.runCheck(check);
  }
}
