import type { PreparedCandidate } from "./environment.ts";
import type { Measured } from "./measure-rounds.ts";
import { formatCount } from "./table.ts";
import { urlsOf } from "./workload.ts";

/** Throws unless each audit log has exactly the URLs that the clients received. */
export async function checkAuditedUrls(measured: readonly Measured[]): Promise<void> {
  const returned = new Map<PreparedCandidate, number>();
  for (const { server, workload, okResponses } of measured) {
    returned.set(server, (returned.get(server) ?? 0) + okResponses * (urlsOf[workload] ?? 0));
  }
  for (const [{ spec, readAuditedUrls: read }, expected] of returned) {
    if (read === undefined) continue;
    const { events, urls } = await read();
    if (urls !== expected) throw new Error(`${spec.name} returned ${expected} URLs, but its audit log has ${urls}`);
    console.log(
      `audit of ${spec.name}: ${formatCount(events)} events for ${formatCount(urls)} URLs, as many as the clients received`,
    );
  }
}
