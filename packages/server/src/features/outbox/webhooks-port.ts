import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { WebhookEndpoint, WebhookMessage } from "./webhook.ts";
/** A delivery that one process has reserved. `id`: the id of the message. `attempts`: the number of tries, including this try. */
export type ClaimedDelivery = {
  endpoint: WebhookEndpoint & { failures: number };
  id: string;
  body: string;
  attempts: number;
  /** The service tries to deliver the message for three days after this instant. */
  queuedAt: number;
  leaseEndsAt: number;
};

export type Delivery = Pick<WebhookMessage, "id" | "type"> & {
  createdAt: number;
  attempts: number;
  /** When the next try is due. Undefined: the message was delivered, or the service has stopped trying. */
  dueAt: number | undefined;
  deliveredAt: number | undefined;
  givenUpAt: number | undefined;
  /** The HTTP status of the last response. */
  status: number | undefined;
  problem: string | undefined;
};

export type EndpointChange = Partial<
  Pick<WebhookEndpoint, "url" | "events" | "description" | "generation" | "formerSecretUntil">
> & {
  isDisabled?: boolean;
  /**
   * `restart`: the next summary of issued URLs begins with the events from now on. `stop`: the endpoint gets no more summaries. Undefined:
   * no change.
   */
  urlReports?: "restart" | "stop" | undefined;
};

/** The result of a try that failed. `pausedUntil`: the service sends no request to the endpoint before this instant. */
export type FailedTry = { now: number; status: number | undefined; problem: string; pausedUntil: number };

/** The queries for the endpoints of webhooks, and for the outbox of deliveries. Instants are milliseconds since the epoch. */
export type WebhookQueries = {
  insert(endpoint: WebhookEndpoint): Promise<void>;
  /** Lists the endpoints of an owner, the newest first. */
  list(ownerId: string): Promise<WebhookEndpoint[]>;
  find(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined>;
  /** Changes an endpoint. Returns undefined if there is no such endpoint. */
  update(
    endpoint: { ownerId: string; id: string },
    change: EndpointChange & { now: number },
  ): Promise<WebhookEndpoint | undefined>;
  /** Deletes an endpoint and its deliveries. Returns undefined if there is no such endpoint. */
  delete(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined>;
  /** Deletes the endpoints of an owner and their deliveries. */
  deleteAllOf(ownerId: string): Promise<void>;
  /** Queues the messages for the endpoints that subscribe to them. Call it in the transaction that causes the messages. */
  queue(...messages: readonly WebhookMessage[]): Promise<void>;
  /** Queues a message for one endpoint. */
  queueFor(endpointId: string, message: WebhookMessage): Promise<void>;
  /**
   * Reserves due deliveries for this process, at most one for each owner. Skips deliveries to the endpoints in `busy`, and deliveries to
   * endpoints of the owners in `busyOwners`. When the lease ends, the deliveries are due again.
   * A delivery waits for earlier deliveries to the same endpoint about the same subject.
   */
  claim(claim: {
    now: number;
    leaseEndsAt: number;
    busy: readonly string[];
    busyOwners: readonly string[];
    limit: number;
  }): Promise<ClaimedDelivery[]>;
  delivered(delivery: ClaimedDelivery, result: { now: number; status: number }): Promise<void>;
  /** Makes a delivery due at `dueAt`. Does nothing if another replica has reserved the delivery in the meantime. */
  postpone(delivery: ClaimedDelivery, failed: FailedTry & { dueAt: number }): Promise<void>;
  /**
   * Stops retrying a delivery. If the endpoint has accepted no message since the message of this delivery was queued, also disables the
   * endpoint and stops all deliveries to it.
   * Returns whether this call disabled the endpoint.
   */
  giveUp(delivery: ClaimedDelivery, failed: FailedTry): Promise<boolean>;
  listDeliveries(endpointId: string, page: PageRequest): Promise<Page<Delivery>>;
  /** Makes a delivery due now. Its message then counts as new. Returns false if there is no such delivery. */
  retry(delivery: { endpointId: string; id: string }, now: number): Promise<boolean>;
  deleteOld(before: number): Promise<void>;
};
