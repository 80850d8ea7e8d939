import type { Measured } from "./rounds.ts";
import type { Staged } from "./stage.ts";
import { formatCount } from "./table.ts";

/** Holds each audit log to the answers that clients got: one URL more or less, and the figures above it are worth nothing. */
export async function checkIssued(
  staged: readonly Staged[],
  { measured, urlsPerAnswer }: { measured: readonly Measured[]; urlsPerAnswer: number },
): Promise<void> {
  for (const [index, { spec, readIssued: read }] of staged.entries()) {
    const result = measured[index];
    if (result === undefined) throw new Error(`${spec.name} was not measured`);
    if (result.otherAnswers > 0) throw new Error(`${spec.name} gave ${result.otherAnswers} answers other than 200`);
    if (read === undefined) continue;
    const { events, urls } = await read();
    const answered = result.okAnswers * urlsPerAnswer;
    if (urls !== answered) throw new Error(`${spec.name} answered ${answered} URLs, its audit log has ${urls}`);
    console.log(
      `audit of ${spec.name}: ${formatCount(events)} events for ${formatCount(urls)} URLs, as many as were answered`,
    );
  }
}
