import { setTimeout as sleep } from "node:timers/promises";
import type { Check } from "./check.ts";
import { type Outcome, unchecked } from "./finding.ts";
import type { DoctorParts } from "./parts.ts";

/** Runs one check within a time limit. Never rejects. A check that fails or takes too long counts as unchecked. */
export async function runCheck(
  check: Check,
  { parts, limitMs }: { parts: DoctorParts; limitMs: number },
): Promise<{ outcomes: Outcome[]; isComplete: boolean }> {
  const stopped = new AbortController();
  const late = sleep(limitMs, undefined, { signal: stopped.signal }).then(() => {
    throw new Error(`it took longer than ${limitMs / 1000} seconds`);
  });
  try {
    const outcomes = await Promise.race([check.run(parts), late]);
    return { outcomes, isComplete: outcomes.every((outcome) => "finding" in outcome) };
  } catch (error) {
    return { outcomes: [unchecked(check.name, reasonOf(error))], isComplete: false };
  } finally {
    stopped.abort();
    late.catch(() => undefined);
  }
}

/**
 * Returns the text that explains an error. For a domain error, the text is the message of its cause, which contains no signature
 * (platform/bucket/client.ts).
 */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const shown = cause instanceof Error ? cause : error;
  return shown instanceof Error ? shown.message : String(shown);
}
