import type { Logger } from "pino";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Loop } from "../../platform/jobs/loop.ts";
import { type LeasedWork, startRunner } from "../../platform/jobs/runner.ts";
import { issuedUrlQueries } from "../audit/issued-url-queries.ts";
import { type LeasedDelivery, SERVICE_OWNER, type WebhookMessage } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";

/** The pause between two checks for messages, in milliseconds. A transaction that queues a message does not wake the job. */
const INTERVAL_MS = 2_000;
/** How long `stop` waits for running deliveries. Milliseconds. */
const STOP_WITHIN_MS = 5_000;

/** Sends the due messages. `stop` waits a short time for running deliveries. Unsent messages stay in the queue. */
export function startWebhookDelivery({ work, logger }: { work: LeasedWork<LeasedDelivery>; logger: Logger }): Loop {
  return startRunner(work, {
    intervalMs: INTERVAL_MS,
    cutAfterMs: STOP_WITHIN_MS,
    onError: (error) => logger.error({ err: error }, "The webhooks could not be sent. They are tried again."),
  });
}

/** How long the list of deliveries shows a delivery. Milliseconds. */
const KEEP_MS = 30 * 86_400_000;

export function deleteOldDeliveries({ db, clock }: Deps) {
  return (): Promise<void> => webhookQueries(db).deleteOld(clock() - KEEP_MS);
}

/** The shortest time between two summaries for an endpoint of a user. Milliseconds. */
const REPORT_EVERY_MS = 5_000;

/** The shortest time between two summaries for an endpoint of the service. Each summary reads the events of all owners. Milliseconds. */
const REPORT_SERVICE_EVERY_MS = 60_000;

/** Without new events, the job moves `reportedUntil` only after this time, because a read costs less than a write. Milliseconds. */
const REREAD_MS = 60_000;

/**
 * A summary omits events that are younger than this time, in milliseconds. The next summary includes these events.
 * An event gets its id shortly before the event is on disk. Without the delay, a summary could miss events.
 */
const SETTLED_AFTER_MS = 30_000;

/** The maximum number of events in one summary. The next summary begins with the following event. */
const MAX_EVENTS = 5_000;

const MAX_FILES = 1_000;

type Report = { endpointId: string; ownerId: string; reportedUntil: string };

/**
 * Queues one summary of issued URLs for each endpoint that subscribes to issued URLs. Reads the audit log, so that the requests for URLs do
 * no work for webhooks. Returns the number of queued summaries.
 */
export function reportUrls(deps: Pick<Deps, "db" | "clock" | "newId">) {
  return async (): Promise<number> => {
    let queued = 0;
    for (const report of await issuedUrlQueries(deps.db).listUrlReports()) {
      if (await reportTo(deps, report)) queued += 1;
    }
    return queued;
  };
}

async function reportTo({ db, clock, newId }: Pick<Deps, "db" | "clock" | "newId">, report: Report): Promise<boolean> {
  const { endpointId, ownerId, reportedUntil } = report;
  const settled = clock() - SETTLED_AFTER_MS;
  const everyMs = ownerId === SERVICE_OWNER ? REPORT_SERVICE_EVERY_MS : REPORT_EVERY_MS;
  if (firstIdAt(settled - everyMs) < reportedUntil) return false;
  const range = { ownerId, after: reportedUntil, before: firstIdAt(settled), limit: MAX_EVENTS };
  const events = await issuedUrlQueries(db).listIssuedUrls(range);
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) {
    if (firstIdAt(settled - REREAD_MS) >= reportedUntil) {
      await issuedUrlQueries(db).advanceUrlReport(report, { reportedUntil: range.before });
    }
    return false;
  }
  const files = countByFile(events);
  const data = {
    from: instantOf(first.id),
    to: instantOf(last.id),
    count: events.reduce((sum, { attachmentIds }) => sum + attachmentIds.length, 0),
    files: files.slice(0, MAX_FILES),
    isComplete: files.length <= MAX_FILES,
  };
  const message: WebhookMessage = {
    ...{ id: `${newId()}-url-issued`, type: "url.issued", subject: "url.issued", ownerId, at: clock(), data },
  };
  const next = events.length === MAX_EVENTS ? last.id : range.before;
  return db.transaction(async (tx) => {
    if (!(await issuedUrlQueries(tx).advanceUrlReport(report, { reportedUntil: next }))) return false;
    await webhookQueries(tx).queueFor(endpointId, message);
    return true;
  });
}

type CountedFile = { noteId: string; attachmentId: string; count: number };

/** Returns the files with the number of their issued URLs. The file with the most URLs comes first. */
function countByFile(events: readonly { noteId: string; attachmentIds: readonly string[] }[]): CountedFile[] {
  const counts = new Map<string, CountedFile>();
  for (const { noteId, attachmentIds } of events) {
    for (const attachmentId of attachmentIds) {
      const counted = counts.get(attachmentId) ?? { noteId, attachmentId, count: 0 };
      counted.count += 1;
      counts.set(attachmentId, counted);
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** Returns the instant that a UUIDv7 contains. */
function instantOf(id: string): string {
  return new Date(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toISOString();
}
