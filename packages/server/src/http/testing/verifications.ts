import type { TestService } from "./service.ts";

/** Runs all due verifications, one after another. Returns their number. */
export async function runVerifications({ useCases }: TestService): Promise<number> {
  for (let done = 0; ; done++) {
    const claimed = await useCases.claimVerification();
    if (claimed === undefined) return done;
    await useCases.runVerification(claimed);
  }
}
