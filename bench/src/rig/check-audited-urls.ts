import type { PreparedCandidate } from "./environment.ts";
import type { Measured } from "./measure-rounds.ts";
import { formatCount } from "./table.ts";

/** Throws unless each audit log has exactly the URLs that the clients received. */
export async function checkAuditedUrls(
  candidates: readonly PreparedCandidate[],
  { measured, urlsPerResponse }: { measured: readonly Measured[]; urlsPerResponse: number },
): Promise<void> {
  for (const [index, { spec, readAuditedUrls: read }] of candidates.entries()) {
    const result = measured[index];
    if (result === undefined) throw new Error(`${spec.name} was not measured`);
    if (result.otherResponses > 0)
      throw new Error(`${spec.name} returned ${result.otherResponses} responses other than 200`);
    if (read === undefined) continue;
    const { events, urls } = await read();
    const returned = result.okResponses * urlsPerResponse;
    if (urls !== returned) throw new Error(`${spec.name} returned ${returned} URLs, but its audit log has ${urls}`);
    console.log(
      `audit of ${spec.name}: ${formatCount(events)} events for ${formatCount(urls)} URLs, as many as the clients received`,
    );
  }
}
