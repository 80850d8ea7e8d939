import type { WebhookFailure } from "@valetkey/contract";
import type { Selectable } from "kysely";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import { fromColumns, toColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { MessageType, WebhookEvent } from "../../platform/database/unions.ts";
/** The owner id of the webhook endpoints that belong to the service itself. No user has this id. */
export const SERVICE_OWNER = "";

/** A server to which the service sends messages. Instants are milliseconds since the epoch. */
export type WebhookEndpoint = {
  id: string;
  /** The user about whose notes the endpoint gets messages. If the owner is `SERVICE_OWNER`, the endpoint gets messages about all notes. */
  ownerId: string;
  url: string;
  events: readonly WebhookEvent[];
  description: string;
  /** The service derives the secret of the endpoint from the id and the generation (features/webhooks/sign.ts). */
  generation: number;
  /** Until this instant, the service also signs messages with the previous secret. Undefined: the endpoint has had only one secret. */
  formerSecretUntil: number | undefined;
  createdAt: number;
  /** The instant at which the endpoint was disabled. Undefined: the endpoint gets messages. */
  disabledAt: number | undefined;
  /** The reason why the service disabled the endpoint. Undefined: the service did not disable the endpoint. */
  problem: string | undefined;
  /** The error code of `problem`. Rows of earlier versions have no code. */
  failure: WebhookFailure | undefined;
  /** The number of failed tries since the endpoint last accepted a message. */
  failures: number;
  /** The instant at which the endpoint last accepted a message. Undefined: never. */
  succeededAt: number | undefined;
};

export type EndpointChange = Partial<
  Pick<WebhookEndpoint, "url" | "events" | "description" | "generation" | "formerSecretUntil">
> & {
  isDisabled?: boolean;
  /** `restart` starts the summaries of issued URLs from now on, and `stop` ends these summaries. Undefined: no change. */
  urlReports?: "restart" | "stop" | undefined;
};

/** A message to every webhook endpoint that subscribes to its type. */
export type WebhookMessage = {
  /** Starts with a UUIDv7, so that ids sort by time. The id is the same for each try and each endpoint (header `webhook-id`). */
  id: string;
  type: MessageType;
  /** The id of the subject of the message, such as a file or a link. Messages about the same subject arrive in order. */
  subject: string;
  /** The owner of the note. */
  ownerId: string;
  at: number;
  data: Readonly<Record<string, unknown>>;
};

export type Delivery = Pick<WebhookMessage, "id" | "type"> & {
  createdAt: number;
  attempts: number;
  /** The instant of the next try. Undefined: the endpoint accepted the message, or the service no longer tries. */
  dueAt: number | undefined;
  deliveredAt: number | undefined;
  givenUpAt: number | undefined;
  status: number | undefined;
  problem: string | undefined;
  failure: WebhookFailure | undefined;
};

/** A delivery that one process has leased. `id`: the id of the message. `attempts`: the number of tries, including the current try. */
export type LeasedDelivery = {
  endpoint: WebhookEndpoint;
  id: string;
  body: string;
  attempts: number;
  /** The service tries to deliver the message until three days after this instant. */
  queuedAt: number;
  leaseEndsAt: number;
};

/** The result of a failed try. `pausedUntil`: the service sends no request to the endpoint before this instant. */
export type FailedTry = {
  now: number;
  status: number | undefined;
  problem: string;
  failure: WebhookFailure;
  pausedUntil: number;
};

export function bodyOf({ type, at, data }: Pick<WebhookMessage, "type" | "at" | "data">): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

/**
 * The members that messages to the endpoints of the service do not contain, because administrators see no filenames of other people
 * (docs/security-requirements.md, requirement 47).
 */
const HIDDEN_FROM_SERVICE = new Set(["filename", "path", "reason", "visitorName"]);

/** Builds the body of a delivery to an endpoint of the service, which belongs to no person. */
function serviceBodyOf({ data, ...message }: Pick<WebhookMessage, "type" | "at" | "data">): string {
  const shown = Object.entries(data).filter(([name]) => !HIDDEN_FROM_SERVICE.has(name));
  return bodyOf({ ...message, data: Object.fromEntries(shown) });
}

type EndpointRow = Selectable<Tables["webhook_endpoints"]>;

export function toRow(endpoint: WebhookEndpoint): EndpointRow {
  return {
    ...toColumns(endpoint, ["id", "ownerId", "url", "description", "generation", "formerSecretUntil", "createdAt"]),
    ...toColumns(endpoint, ["disabledAt", "problem", "failure", "failures", "succeededAt"]),
    events: JSON.stringify(endpoint.events),
    paused_until: 0,
    urls_reported_until: endpoint.events.includes("url.issued") ? firstIdAt(endpoint.createdAt) : null,
  };
}

const URL_REPORTS = { restart: firstIdAt, stop: () => null };

export function toChange({
  now,
  events,
  formerSecretUntil,
  isDisabled,
  urlReports,
  ...same
}: EndpointChange & { now: number }) {
  return {
    ...same,
    ...(events && { events: JSON.stringify(events) }),
    ...(formerSecretUntil !== undefined && { former_secret_until: formerSecretUntil }),
    ...(isDisabled !== undefined && { disabled_at: isDisabled ? now : null }),
    ...(isDisabled === false && { failures: 0, paused_until: 0, failure: null, problem: null }),
    ...(urlReports && { urls_reported_until: URL_REPORTS[urlReports](now) }),
  };
}

export function toEndpoint(row: EndpointRow): WebhookEndpoint {
  const { paused_until: _, urls_reported_until: __, ...columns } = row;
  return { ...fromColumns(columns), events: JSON.parse(row.events) };
}

export const messageColumns = [
  "id",
  "type",
  "subject",
  "body",
  "serviceBody",
  "at",
  "ownerId",
  "subscription",
] as const;

/** The values of the columns of a message. In a compiled statement, each value is a parameter marker. */
export type MessageValues = Record<(typeof messageColumns)[number], unknown>;

export function messageValues(message: WebhookMessage): MessageValues {
  const { id, type, subject, at, ownerId } = message;
  const bodies = { body: bodyOf(message), serviceBody: serviceBodyOf(message) };
  return { id, type, subject, ...bodies, at, ownerId, subscription: `%"${type}"%` };
}
