import type { Deps } from "../../platform/deps.ts";
import type { WebhookOutcome, WebhookSender } from "../../platform/outgoing/send-webhook.ts";
import type { LeasedDelivery } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { signedHeaders } from "./sign.ts";

/**
 * How long one process reserves a delivery. A try may not take as long as this, so two processes never send the same message at the same
 * time. Milliseconds.
 */
const LEASE_MS = 60_000;
/**
 * The maximum number of deliveries that one process runs at the same time. Each endpoint gets one delivery at a time, so an endpoint must
 * wait for others only if 50 of them do not respond.
 */
const AT_ONCE = 50;
/**
 * The maximum number of deliveries to the endpoints of one owner at the same time. An owner must wait for other owners only if the
 * endpoints of ten of them do not respond.
 */
const AT_ONCE_OF_OWNER = 5;
const RETRY_BASE_MS = 10_000;
const RETRY_MAX_MS = 3_600_000;
/**
 * The longest pause before the next request to an endpoint that fails. A new message to this endpoint waits no longer than about this time
 * for its first try. Milliseconds.
 */
const PAUSE_MAX_MS = 300_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** A failed try to deliver a message, without the URL, because the path of a URL may be a secret. */
export type WebhookFailure = {
  webhookId: string;
  deliveryId: string;
  attempt: number;
  isFinal: boolean;
  isDisabled: boolean;
  problem: string;
};

type DeliverDeps = Pick<Deps, "db" | "clock" | "linkKeys"> & { sender: WebhookSender };

type Options = {
  onFailure: (failure: WebhookFailure) => void;
  /** Called when a try failed with an unexpected error, for example if the outcome of the try could not be recorded. */
  onError: (error: unknown) => void;
  /** Called when a try has ended, so that the caller can start the next one. */
  onEnd?: () => void;
  /** A number from 0 to 1. Default: Math.random. */
  random?: () => number;
};

/** The deliveries of webhooks in this process. */
export type Deliveries = {
  /**
   * Starts the deliveries that are due. Does not wait until they end, so an endpoint that does not respond does not delay other endpoints.
   * Returns the number of started deliveries.
   */
  start(): Promise<number>;
  /** Starts no more deliveries. Resolves when all running deliveries have ended. */
  stop(): Promise<void>;
  /** Ends the running tries immediately. This process or another process later repeats the tries. */
  cut(): void;
  /** Runs deliveries until no delivery is due. Returns the number of messages that arrived. */
  drain(): Promise<number>;
};

/**
 * Sends messages to the endpoints of webhooks. If a try fails, the service tries again after longer and longer pauses, for three days.
 * After a crash, a delivery is tried again when its lease ends.
 * After a failure, there is also a pause for the whole endpoint, which grows with each failure. A broken endpoint with many queued messages
 * causes only few tries.
 */
export function createDeliveries(
  deps: DeliverDeps,
  { onFailure, onError, onEnd, random = Math.random }: Options,
): Deliveries {
  const { db, clock } = deps;
  const running = new Map<string, { ownerId: string; ended: Promise<void> }>();
  const allEnds = () => [...running.values()].map(({ ended }) => ended);
  const cutting = new AbortController();
  let isStopped = false;
  let arrived = 0;

  async function run(delivery: LeasedDelivery): Promise<void> {
    const outcome = await send(deps, { delivery, signal: cutting.signal });
    const failure = await record(deps, { delivery, outcome, random });
    if (failure === undefined) arrived += 1;
    else onFailure(failure);
  }

  function launch(delivery: LeasedDelivery): void {
    const { id, ownerId } = delivery.endpoint;
    // If the outcome can't be recorded, the delivery stays reserved until its lease ends, and is then tried again.
    const ended = run(delivery)
      .catch(onError)
      .then(() => {
        running.delete(id);
        onEnd?.();
      });
    running.set(id, { ownerId, ended });
  }

  async function start(): Promise<number> {
    let launched = 0;
    while (!isStopped && running.size < AT_ONCE) {
      const now = clock();
      const [busy, busyOwners] = [[...running.keys()], ownersAtLimit([...running.values()])];
      const lease = { now, leaseEndsAt: now + LEASE_MS, busy, busyOwners, limit: AT_ONCE - running.size };
      const leased = await webhookQueries(db).lease(lease);
      if (leased.length === 0) break;
      for (const delivery of leased) launch(delivery);
      launched += leased.length;
    }
    return launched;
  }

  return {
    start,
    async stop() {
      isStopped = true;
      await Promise.all(allEnds());
    },
    cut: () => cutting.abort(),
    async drain() {
      const before = arrived;
      for (;;) {
        const launched = await start();
        if (running.size > 0) await Promise.race(allEnds());
        // Calls `start` once more if it started deliveries that have already ended, because the next messages to their endpoints can be
        // sent now.
        else if (launched === 0) return arrived - before;
      }
    },
  };
}

function ownersAtLimit(running: readonly { ownerId: string }[]): string[] {
  const owners = running.map(({ ownerId }) => ownerId);
  return [...new Set(owners)].filter((id) => owners.filter((one) => one === id).length >= AT_ONCE_OF_OWNER);
}

async function send(
  { clock, linkKeys, sender }: DeliverDeps,
  { delivery, signal }: { delivery: LeasedDelivery; signal: AbortSignal },
): Promise<WebhookOutcome> {
  const { endpoint, id, body } = delivery;
  const headers = signedHeaders(linkKeys.webhooks, endpoint, { id, body, now: clock() });
  return sender.send({ url: endpoint.url, headers, body, signal });
}

/** Records the outcome of a try. Returns the failure, or undefined if the message has arrived. */
async function record(
  { db, clock }: DeliverDeps,
  { delivery, outcome, random }: { delivery: LeasedDelivery; outcome: WebhookOutcome; random: () => number },
): Promise<WebhookFailure | undefined> {
  const now = clock();
  const problem = problemOf(outcome);
  const status = "status" in outcome ? outcome.status : undefined;
  if (problem === undefined) {
    await db.transaction((tx) => webhookQueries(tx).delivered(delivery, { now, status: status as number }));
    return undefined;
  }
  const { id: deliveryId, endpoint, attempts: attempt, queuedAt } = delivery;
  const dueAt = now + Math.round(pauseAfter(attempt, RETRY_MAX_MS) * (0.75 + random() / 2));
  const pausedUntil = now + pauseAfter(endpoint.failures + 1, PAUSE_MAX_MS);
  const failed = { now, status, problem, pausedUntil };
  const isFinal = dueAt - queuedAt >= GIVE_UP_AFTER_MS;
  const isDisabled = await db.transaction(async (tx) => {
    if (isFinal) return webhookQueries(tx).giveUp(delivery, failed);
    await webhookQueries(tx).postpone(delivery, { ...failed, dueAt });
    return false;
  });
  return { webhookId: endpoint.id, deliveryId, attempt, isFinal, isDisabled, problem };
}

/** Returns the reason why a message has not arrived, or undefined if it has arrived. */
function problemOf(outcome: WebhookOutcome): string | undefined {
  if ("problem" in outcome) return outcome.problem;
  const { status } = outcome;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    return `It responded with a redirect (${status}), and redirects are not followed. Set the final URL.`;
  }
  return `It responded with ${status}.`;
}

function pauseAfter(failures: number, longest: number): number {
  return Math.min(longest, RETRY_BASE_MS * 2 ** (failures - 1));
}
