import type { Logger } from "pino";
import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Loop } from "../../platform/jobs/loop.ts";
import { type LeasedWork, startRunner } from "../../platform/jobs/runner.ts";
import { idInApplication } from "../access/caller.ts";
import { fileEventQueries, type LeasedFileEvent } from "../outbox/file-event-queries.ts";
import { presentFile } from "./items.ts";
import type { DownloadDelivery, HookDelivery, ItemFile, Resource, Resources } from "./types.ts";

/** The pause between two checks for due file events, in milliseconds. An event is due again if its hook failed or its lease expired. */
const INTERVAL_MS = 5_000;

/**
 * Calls the hooks of the host application for the due file events. A slow hook does not delay the hooks of other resources. `stop` waits
 * for the running hooks. Events whose hook does not run yet stay in the queue.
 */
export function startFileEventDelivery({ work, logger }: { work: FileEventWork; logger: Logger }): Loop {
  const onError = (error: unknown) =>
    logger.error({ err: error }, "The events of files could not be delivered. They are retried.");
  return startRunner(work, { intervalMs: INTERVAL_MS, onError });
}

/** If a hook of the host application takes longer than a minute, the call counts as failed. In milliseconds. */
const DELIVER_WITHIN_MS = 60_000;

/**
 * The time for which a replica leases an event, in milliseconds. The lease is longer than the time limit of a hook, so two replicas never
 * deliver the same event at the same time.
 */
const LEASE_MS = 2 * DELIVER_WITHIN_MS;
/** The maximum number of parallel hooks of each resource, so that a hook that hangs never stops the hooks of another resource. */
const AT_ONCE = 10;
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 3_600_000;

type Options = {
  resources: Resources;
  /** The service calls `onFailure` when a hook of the application fails, and repeats the hook after a pause. */
  onFailure: (failure: { eventId: string; resource: string; attempt: number; error: unknown }) => void;
};

export type FileEventWork = LeasedWork<LeasedFileEvent>;

/**
 * Calls the application's hooks for the due file events. Several hooks run in parallel. If a hook fails, the service repeats the hook for
 * this event, after longer and longer pauses. After a crash, the service delivers an event again when the lease of the event expires.
 */
export function fileEventWork(deps: Deps, options: Options): FileEventWork {
  const resources = Object.keys(options.resources);
  return {
    async lease(running) {
      const freeOf = (resource: string) => AT_ONCE - running.filter((event) => event.resource === resource).length;
      const free = resources.filter((resource) => freeOf(resource) > 0);
      if (free.length === 0) return [];
      const now = deps.clock();
      // All leased events can belong to one resource, so the limit is the smallest number of hooks that a resource can still start.
      const limit = Math.min(...free.map(freeOf));
      return fileEventQueries(deps.db).lease({ now, leaseEndsAt: now + LEASE_MS, resources: free, limit });
    },
    run: (event) => deliver(deps, { event, ...options }),
  };
}

async function deliver(
  { db, clock }: Deps,
  { event, resources, onFailure }: Options & { event: LeasedFileEvent },
): Promise<boolean> {
  const { id: eventId, resource, attempts: attempt } = event;
  try {
    const rules = resources[resource];
    const file = presentFile(event.file, event);
    const delivery = { id: eventId, attempt, ...(event.visitor && { visitor: event.visitor }) };
    const call = async () => callHook(rules, { event, file, delivery });
    await within(
      { milliseconds: DELIVER_WITHIN_MS, late: () => new Error("The hook took longer than a minute.") },
      call,
    );
  } catch (error) {
    onFailure({ eventId, resource, attempt, error });
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (attempt - 1));
    await fileEventQueries(db).postpone(event, { dueAt: clock() + pauseMs });
    return false;
  }
  await fileEventQueries(db).remove(eventId);
  return true;
}

type Call = { event: LeasedFileEvent; file: ItemFile; delivery: HookDelivery };

function callHook(rules: Resource | undefined, { event, file, delivery }: Call): unknown {
  const { kind, itemId, url } = event;
  if (kind === "quarantined") return rules?.onQuarantined?.(file, itemId, delivery);
  if (kind === "ready") return rules?.onReady?.(file, itemId, delivery);
  if (kind === "rejected") return rules?.onRejected?.(file, itemId, delivery);
  if (kind === "removed") return rules?.onRemoved?.(file, itemId, delivery);
  if (url === undefined) return undefined;
  const userId = idInApplication(url.actorId);
  const purpose = url.purpose as DownloadDelivery["purpose"];
  return rules?.onDownload?.(file, itemId, { ...delivery, userId, at: new Date(url.at), purpose });
}
