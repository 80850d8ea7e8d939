import type { Logger } from "pino";
import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
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
export function startFileEventDelivery({ delivery, logger }: { delivery: Delivery; logger: Logger }): Loop {
  const onError = (error: unknown) =>
    logger.error({ err: error }, "The events of files could not be delivered. They are retried.");
  // When a hook ends, the hook of another event can start.
  const hooks = delivery.open({ onError, onEnd: () => loop.kick() });
  const loop = startLoop({ round: hooks.start, intervalMs: INTERVAL_MS, onError });
  return {
    kick: loop.kick,
    async stop() {
      await loop.stop();
      await Promise.all(hooks.running.keys());
    },
  };
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

export type Delivery = ReturnType<typeof deliverFileEvents>;

/**
 * Calls the application's hooks for the due file events. Several hooks run in parallel. If a hook fails, the service repeats the hook for
 * this event, after longer and longer pauses. After a crash, the service delivers an event again when the lease of the event expires.
 */
export function deliverFileEvents(deps: Deps, options: Options) {
  const { db, clock } = deps;
  const resources = Object.keys(options.resources);

  /** Creates an empty set of running hooks. `onError` gets the errors of the database. */
  function open({ onError, onEnd }: { onError: (error: unknown) => void; onEnd?: () => void }) {
    /** The running hooks, and the resource of each hook. */
    const running = new Map<Promise<void>, string>();
    const freeOf = (resource: string) =>
      AT_ONCE - [...running.values()].filter((occupied) => occupied === resource).length;
    return {
      running,
      /** Starts the hooks of due events until no event is due, or each resource runs its maximum of hooks. Does not wait for the hooks. */
      async start(signal?: AbortSignal): Promise<void> {
        while (signal?.aborted !== true) {
          const free = resources.filter((resource) => freeOf(resource) > 0);
          if (free.length === 0) return;
          const now = clock();
          // All leased events can belong to one resource, so the limit is the smallest number of hooks that a resource can still start.
          const limit = Math.min(...free.map(freeOf));
          const due = { now, leaseEndsAt: now + LEASE_MS, resources: free, limit };
          const leased = await fileEventQueries(db).lease(due);
          if (leased.length === 0) return;
          for (const event of leased) {
            const hook = deliver(deps, { event, ...options })
              .catch(onError)
              .finally(() => {
                running.delete(hook);
                onEnd?.();
              });
            running.set(hook, event.resource);
          }
        }
      },
    };
  }

  /** Delivers all due events, and waits for their hooks. Throws the first error of the database. */
  async function deliverDue(): Promise<void> {
    const failures: unknown[] = [];
    const hooks = open({ onError: (error) => failures.push(error) });
    for (;;) {
      if (failures.length === 0) await hooks.start().catch((error) => failures.push(error));
      if (hooks.running.size === 0) break;
      await Promise.race(hooks.running.keys());
    }
    if (failures.length > 0) throw failures[0];
  }

  return { open, deliverDue };
}

async function deliver(
  { db, clock }: Deps,
  { event, resources, onFailure }: Options & { event: LeasedFileEvent },
): Promise<void> {
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
    return;
  }
  await fileEventQueries(db).remove(eventId);
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
