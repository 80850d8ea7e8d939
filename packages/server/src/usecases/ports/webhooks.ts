import type { AuditEvent } from "../../domain/audit-event.ts";
import type { WebhookEndpoint, WebhookMessage } from "../../domain/webhook.ts";
import type { Page, PageRequest } from "./page.ts";

/** A response of an endpoint, or the reason why there was none. `problem` contains no URL and no IP address. */
export type WebhookOutcome = { status: number } | { problem: string };

/** Sends one HTTP request to an endpoint. */
export type WebhookSender = {
  /** Never rejects. An aborted `signal` is a problem. */
  send(request: {
    url: string;
    headers: Readonly<Record<string, string>>;
    body: string;
    signal?: AbortSignal | undefined;
  }): Promise<WebhookOutcome>;
};

/** `id` is the id of the message. `attempts`: the number of tries, including this one. */
export type ClaimedDelivery = {
  endpoint: WebhookEndpoint & { failures: number };
  id: string;
  body: string;
  attempts: number;
  /** The service tries for three days from this instant. */
  queuedAt: number;
  leaseEndsAt: number;
};

export type Delivery = Pick<WebhookMessage, "id" | "type"> & {
  createdAt: number;
  attempts: number;
  /** When the next try is due. Undefined: the message was delivered, or the service no longer tries. */
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
  /** `restart`: the summaries of issued URLs begin now. `stop`: they end. Undefined: no change. */
  urlReports?: "restart" | "stop" | undefined;
};

/** The result of a try that failed. `pausedUntil`: the endpoint gets no request before this instant. */
export type FailedTry = { now: number; status: number | undefined; problem: string; pausedUntil: number };

/** The endpoints of webhooks, and the outbox of their deliveries. Instants are milliseconds since the epoch. */
export type WebhookQueries = {
  insert(endpoint: WebhookEndpoint): Promise<void>;
  /** Lists the endpoints of an owner, the newest first. */
  list(ownerId: string): Promise<WebhookEndpoint[]>;
  find(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined>;
  /** Returns undefined if there is no such endpoint. */
  update(
    endpoint: { ownerId: string; id: string },
    change: EndpointChange & { now: number },
  ): Promise<WebhookEndpoint | undefined>;
  /** Deletes an endpoint and its deliveries. Returns undefined if there is no such endpoint. */
  delete(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined>;
  /** Deletes the endpoints of an owner and their deliveries. */
  deleteAllOf(ownerId: string): Promise<void>;
  /** Queues the messages for the endpoints that subscribe to them. Part of the transaction that causes the messages. */
  queue(...messages: readonly WebhookMessage[]): Promise<void>;
  /** Queues a message for one endpoint. */
  queueFor(endpointId: string, message: WebhookMessage): Promise<void>;
  /**
   * Claims due deliveries of different owners, except those of the endpoints `busy` and of `busyOwners`. They are due again when the
   * lease ends.
   * A delivery waits for earlier deliveries about the same subject.
   */
  claim(claim: {
    now: number;
    leaseEndsAt: number;
    busy: readonly string[];
    busyOwners: readonly string[];
    limit: number;
  }): Promise<ClaimedDelivery[]>;
  delivered(delivery: ClaimedDelivery, result: { now: number; status: number }): Promise<void>;
  /** Makes a delivery due at `dueAt`. Does nothing if another replica has claimed the delivery. */
  postpone(delivery: ClaimedDelivery, failed: FailedTry & { dueAt: number }): Promise<void>;
  /**
   * Stops retrying a delivery. Disables the endpoint if the endpoint has accepted nothing since the message was
   * queued, and then stops all deliveries to this endpoint.
   * Returns whether it disabled the endpoint.
   */
  giveUp(delivery: ClaimedDelivery, failed: FailedTry): Promise<boolean>;
  listDeliveries(endpointId: string, page: PageRequest): Promise<Page<Delivery>>;
  /** Makes a delivery due, as if its message were new. Returns false if there is no such delivery. */
  retry(delivery: { endpointId: string; id: string }, now: number): Promise<boolean>;
  deleteOld(before: number): Promise<void>;
  /** Lists the endpoints that subscribe to `url.issued`. `reportedUntil`: the id of the last audit event that the summaries cover. */
  listUrlReports(): Promise<{ endpointId: string; ownerId: string; reportedUntil: string }[]>;
  /** Returns false if another replica was faster. */
  advanceUrlReport(
    report: { endpointId: string; reportedUntil: string },
    change: { reportedUntil: string },
  ): Promise<boolean>;
  /** Lists events of the action `url.issued` between two ids, the oldest first. */
  listIssuedUrls(range: {
    ownerId: string;
    after: string;
    before: string;
    limit: number;
  }): Promise<Pick<AuditEvent, "id" | "noteId" | "attachmentIds">[]>;
};
