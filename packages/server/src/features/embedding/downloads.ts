import type { Logger } from "pino";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { type IssuedUrl, issuedUrlQueries } from "../audit/issued-url-queries.ts";
import { fileEventQueries } from "../outbox/file-event-queries.ts";
import { SERVICE_OWNER } from "../outbox/webhook.ts";
import { hookMarkQueries, itemQueries } from "./queries.ts";
import type { Resources } from "./types.ts";

/** The pause between two reads of new events, in milliseconds. On SQLite, each read also reads the URL journal, so the pause is long. */
const INTERVAL_MS = 10_000;
/** An event gets its id shortly before the event is on the disk. Without this delay, a read could miss events. In milliseconds. */
const SETTLED_AFTER_MS = 30_000;
/** Without new events, a replica advances the stored position only after this time, because a durable write is slow. In milliseconds. */
const REREAD_MS = 60_000;
const MAX_EVENTS = 200;

type QueueDownloads = NonNullable<Awaited<ReturnType<typeof queueDownloads>>>;

/** Queues the calls of `onDownload` at intervals. `onQueued` starts the delivery of the calls. */
export function startDownloadQueue(options: { queue: QueueDownloads; onQueued: () => void; logger: Logger }): Loop {
  const { queue, onQueued, logger } = options;
  return startLoop({
    async round() {
      if ((await queue()) > 0) onQueued();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The downloads could not be read. They are read again."),
  });
}

/**
 * Queues a call of `onDownload` for each URL in the audit log since the last run. So the request for a URL does no work for the hook.
 * The transaction that queues the calls also advances the stored position, so no call is lost or queued twice. Returns a function that runs
 * the queueing and returns the number of queued calls, or undefined if no resource has the hook.
 */
export async function queueDownloads({ db, clock, newId }: Deps, { resources }: { resources: Resources }) {
  const wanted = new Set(Object.keys(resources).filter((name) => resources[name]?.onDownload !== undefined));
  if (wanted.size === 0) return undefined;
  // If the application adds the hook later, the service does not call the hook for older URLs.
  await hookMarkQueries(db).start(firstIdAt(clock()));
  return async (): Promise<number> => {
    let queued = 0;
    for (;;) {
      const before = firstIdAt(clock() - SETTLED_AFTER_MS);
      const from = await hookMarkQueries(db).find();
      if (from === undefined || from >= before) return queued;
      const range = { ownerId: SERVICE_OWNER, after: from, before, limit: MAX_EVENTS };
      const events = await issuedUrlQueries(db).listIssuedUrls(range);
      const last = events.at(-1);
      if (last === undefined) {
        if (firstIdAt(clock() - SETTLED_AFTER_MS - REREAD_MS) >= from)
          await hookMarkQueries(db).advance({ from, to: before });
        return queued;
      }
      const isWhole = events.length < MAX_EVENTS;
      queued += await queueCalls(events, { from, to: isWhole ? before : last.id });
      if (isWhole) return queued;
    }
  };

  async function queueCalls(events: readonly IssuedUrl[], { from, to }: { from: string; to: string }): Promise<number> {
    const ofFiles = events.filter(({ detail }) => detail.preview === undefined);
    const found = await itemQueries(db).filesOf([...new Set(ofFiles.flatMap(({ attachmentIds }) => attachmentIds))]);
    const calls = ofFiles.flatMap(({ attachmentIds, actorId, at, detail }) =>
      attachmentIds.flatMap((fileId) => {
        const { file, item } = found.get(fileId) ?? {};
        if (file === undefined || item === undefined || !wanted.has(item.resource)) return [];
        const { resource, itemId } = item;
        const url = { actorId, at, purpose: String(detail.purpose ?? "download") };
        return [{ id: newId(), kind: "downloaded" as const, resource, itemId, file, url }];
      }),
    );
    return db.transaction(async (tx) => {
      if (!(await hookMarkQueries(tx).advance({ from, to }))) return 0;
      await fileEventQueries(tx).insert(calls, { dueAt: clock() });
      return calls.length;
    });
  }
}
