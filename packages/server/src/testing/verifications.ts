import type { TestService } from "./service.ts";

/** Runs all due verifications, one after another. Returns the number of verifications. */
export async function runVerifications({ useCases }: TestService): Promise<number> {
  for (let done = 0; ; done++) {
    const claimed = await useCases.leaseVerification();
    if (claimed === undefined) return done;
    await useCases.runVerification(claimed);
  }
}
