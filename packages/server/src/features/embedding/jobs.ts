import type { Logger } from "pino";
import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { idInApplication } from "../access/caller.ts";
import { fileEventQueries, type LeasedFileEvent } from "../outbox/file-event-queries.ts";
import { presentFile } from "./items.ts";
import type { DownloadDelivery, HookDelivery, ItemFile, Resource, Resources } from "./types.ts";

/**
 * The pause between two checks of a replica for due events. An event becomes due again if its hook failed, or if another replica did not
 * finish the delivery.
 */
const INTERVAL_MS = 5_000;

type Deliver = (options: { signal: AbortSignal }) => Promise<number>;

/**
 * Calls the hooks of the host application for the file events that are due. The function `stop` waits for the running hooks. Events without
 * a running hook remain in the queue.
 */
export function startFileEventDelivery({ deliver, logger }: { deliver: Deliver; logger: Logger }): Loop {
  const stopping = new AbortController();
  const loop = startLoop({
    async round() {
      await deliver({ signal: stopping.signal });
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The events of files could not be delivered. They are retried."),
  });
  return {
    kick: loop.kick,
    stop() {
      stopping.abort();
      return loop.stop();
    },
  };
}

/** If a hook of the host application takes longer than a minute, the call counts as failed. */
const DELIVER_WITHIN_MS = 60_000;

/**
 * The time for which a replica leases an event. The lease is longer than the time limit of a hook, so two replicas never deliver an event
 * together.
 */
const LEASE_MS = 2 * DELIVER_WITHIN_MS;
const AT_ONCE = 10;
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 3_600_000;

type Options = {
  resources: Resources;
  /** The service calls `onFailure` when a hook of the application fails. The service calls the failed hook again after a pause. */
  onFailure: (failure: { eventId: string; resource: string; attempt: number; error: unknown }) => void;
};

/**
 * Calls the application's hooks for the due file events. Several hooks run in parallel. The function `deliverFileEvents` returns the number
 * of delivered events. If a hook fails, the service calls the hook again for the event, after longer and longer pauses. After a crash, the
 * service delivers an event again when the lease of the event ends.
 * When `signal` aborts, no further delivery starts, and the running deliveries finish. Undelivered file events remain due.
 */
export function deliverFileEvents(deps: Deps, options: Options) {
  const { db, clock } = deps;
  const resources = Object.keys(options.resources);
  return async ({ signal }: { signal?: AbortSignal } = {}): Promise<number> => {
    let delivered = 0;
    while (signal?.aborted !== true) {
      const now = clock();
      const leased = await fileEventQueries(db).lease({ now, leaseEndsAt: now + LEASE_MS, resources, limit: AT_ONCE });
      if (leased.length === 0) break;
      const outcomes = await Promise.all(leased.map((event) => deliver(deps, { event, ...options })));
      delivered += outcomes.filter((isDelivered) => isDelivered).length;
    }
    return delivered;
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
    const call = async () => callHook(rules, { event, file, delivery: { id: eventId, attempt } });
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
  if (kind === "ready") return rules?.onReady?.(file, itemId, delivery);
  if (kind === "rejected") return rules?.onRejected?.(file, itemId, delivery);
  if (kind === "removed") return rules?.onRemoved?.(file, itemId, delivery);
  if (url === undefined) return undefined;
  const userId = idInApplication(url.actorId);
  const purpose = url.purpose as DownloadDelivery["purpose"];
  return rules?.onDownload?.(file, itemId, { ...delivery, userId, at: new Date(url.at), purpose });
}
