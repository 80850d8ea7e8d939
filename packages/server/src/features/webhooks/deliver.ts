import type { Deps } from "../../platform/deps.ts";
import type { LeasedWork } from "../../platform/jobs/runner.ts";
import type { WebhookOutcome, WebhookProblem, WebhookSender } from "../../platform/outgoing/send-webhook.ts";
import type { LeasedDelivery } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { signedHeaders } from "./sign.ts";

/** The length of the lease of a delivery, in milliseconds. A try takes less time, so two processes never send one message together. */
const LEASE_MS = 60_000;
/** The maximum number of deliveries at the same time, one for each endpoint. Fewer silent endpoints delay no other endpoint. */
const AT_ONCE = 50;
/** The maximum number of deliveries of one owner that run at the same time, so that one owner's slow endpoints delay no other owner. */
const AT_ONCE_OF_OWNER = 5;
const RETRY_BASE_MS = 10_000;
const RETRY_MAX_MS = 3_600_000;
/** The longest pause after a failure of an endpoint, in milliseconds. A new message for this endpoint waits about this long at most. */
const PAUSE_MAX_MS = 300_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** A failed try to deliver a message. The path of a URL may be a secret, so the failure does not contain the URL. */
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
  /** Returns a number from 0 to 1. Default: Math.random. */
  random?: () => number;
};

/**
 * Sends messages to the endpoints of webhooks. After a failed try, the service tries again for three days, after longer and longer pauses.
 * After a crash, the service tries a delivery again when its lease ends. A failure also causes a pause for the whole endpoint, which grows
 * with each failure. A broken endpoint with many queued messages therefore causes only few tries.
 */
export function webhookWork(
  deps: DeliverDeps,
  { onFailure, random = Math.random }: Options,
): LeasedWork<LeasedDelivery> {
  const { db, clock } = deps;
  return {
    async lease(running) {
      if (running.length >= AT_ONCE) return [];
      const now = clock();
      const busy = running.map(({ endpoint }) => endpoint.id);
      const busyOwners = ownersAtLimit(running);
      const limit = AT_ONCE - running.length;
      return webhookQueries(db).lease({ now, leaseEndsAt: now + LEASE_MS, busy, busyOwners, limit });
    },
    async run(delivery, cut) {
      const outcome = await send(deps, { delivery, signal: cut });
      const failure = await record(deps, { delivery, outcome, random });
      if (failure !== undefined) onFailure(failure);
      return failure === undefined;
    },
  };
}

function ownersAtLimit(running: readonly LeasedDelivery[]): string[] {
  const owners = running.map(({ endpoint }) => endpoint.ownerId);
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

/** Records the outcome of a try. Returns the failure, or undefined for a delivered message. */
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
  const failed = { now, status, ...problem, pausedUntil };
  const isFinal = dueAt - queuedAt >= GIVE_UP_AFTER_MS;
  const isDisabled = await db.transaction(async (tx) => {
    if (isFinal) return webhookQueries(tx).giveUp(delivery, failed);
    await webhookQueries(tx).postpone(delivery, { ...failed, dueAt });
    return false;
  });
  return { webhookId: endpoint.id, deliveryId, attempt, isFinal, isDisabled, problem: problem.problem };
}

function problemOf(outcome: WebhookOutcome): WebhookProblem | undefined {
  if ("problem" in outcome) return outcome;
  const { status } = outcome;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    const problem = `It responded with a redirect (${status}), and redirects are not followed. Set the final URL.`;
    return { failure: "redirect", problem };
  }
  return { failure: "status", problem: `It responded with ${status}.` };
}

function pauseAfter(failures: number, longest: number): number {
  return Math.min(longest, RETRY_BASE_MS * 2 ** (failures - 1));
}
