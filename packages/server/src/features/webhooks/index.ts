import { isIP } from "node:net";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AdminAction, WebhookEvent } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import { isLoopbackAddress, isPublicAddress } from "../../platform/outgoing/send-webhook.ts";
import type { Caller } from "../access/caller.ts";
import { type Delivery, type EndpointChange, SERVICE_OWNER, type WebhookEndpoint } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { credentialQueries } from "../people/queries.ts";
import { requireCredential, requireEnabled } from "../people/revocation.ts";
import { deleteOldDeliveries } from "./jobs.ts";
import { FORMER_SECRET_MS, secretOf } from "./sign.ts";

/** The maximum number of endpoints of one user, or of the service. One response lists all endpoints. */
const MAX_ENDPOINTS = 20;

/** The notes that a webhook is about. `own`: the notes of the caller. `service`: the notes of all users, only for administrators. */
export type WebhookScope = "own" | "service";

type WebhookInput = { url: string; events: readonly WebhookEvent[]; description: string };
type EndpointAndSecret = { endpoint: WebhookEndpoint; secret: string };

type Log = (action: AdminAction, endpoint: WebhookEndpoint) => Promise<void>;
type Work<T> = (tx: Tx, context: { ownerId: string; now: number; log: Log }) => Promise<T>;

export type WebhookVerbs = ReturnType<typeof createWebhooks>;

export function createWebhooks(deps: Deps) {
  const { db, clock, newId } = deps;
  return {
    /** Lists the endpoints in a scope, the newest first. Throws `access_denied`. */
    async listWebhooks(caller: Caller, scope: WebhookScope): Promise<WebhookEndpoint[]> {
      return webhookQueries(db).list(await ownerOf(deps, { caller, scope }));
    },

    /** Creates an endpoint and its secret, which is never shown again. Throws `invalid_request`, `too_many_webhooks` or `access_denied`. */
    createWebhook(caller: Caller, scope: WebhookScope, input: WebhookInput): Promise<EndpointAndSecret> {
      return change(deps, { caller, scope }, async (tx, { ownerId, now, log }) => {
        if ((await webhookQueries(tx).list(ownerId)).length >= MAX_ENDPOINTS) {
          throw new DomainError("too_many_webhooks", `${MAX_ENDPOINTS} webhooks are the limit. Delete some first.`);
        }
        const endpoint: WebhookEndpoint = {
          ...{ id: deps.newId(), ownerId, ...input, url: checkUrl(input.url, policyOf(deps)) },
          ...{ generation: 0, formerSecretUntil: undefined, createdAt: now, disabledAt: undefined },
          ...{ problem: undefined, failure: undefined, failures: 0, succeededAt: undefined },
        };
        await webhookQueries(tx).insert(endpoint);
        await log("webhook.created", endpoint);
        return { endpoint, secret: secretOf(deps.linkKeys.webhooks, endpoint) };
      });
    },

    /** Changes, disables or enables an endpoint. Throws `webhook_not_found`, and the errors of `createWebhook`. */
    updateWebhook(
      caller: Caller,
      scope: WebhookScope,
      { id, ...input }: WebhookUpdate & { id: string },
    ): Promise<WebhookEndpoint> {
      return change(deps, { caller, scope }, async (tx, { ownerId, now, log }) => {
        const before = found(await webhookQueries(tx).find(ownerId, id));
        const updated = found(
          await webhookQueries(tx).update({ ownerId, id }, { ...describeChange(deps, { before, input }), now }),
        );
        await log("webhook.updated", updated);
        return updated;
      });
    },

    /** Makes a new secret. The previous secret stays valid for 24 hours. Throws `webhook_not_found`. */
    rotateWebhookSecret(caller: Caller, scope: WebhookScope, id: string): Promise<EndpointAndSecret> {
      return change(deps, { caller, scope }, async (tx, { ownerId, now, log }) => {
        const { generation } = found(await webhookQueries(tx).find(ownerId, id));
        const rotated = { generation: generation + 1, formerSecretUntil: now + FORMER_SECRET_MS, now };
        const endpoint = found(await webhookQueries(tx).update({ ownerId, id }, rotated));
        await log("webhook.secret_rotated", endpoint);
        return { endpoint, secret: secretOf(deps.linkKeys.webhooks, endpoint) };
      });
    },

    /** Deletes an endpoint and its deliveries. Throws `webhook_not_found`. */
    deleteWebhook(caller: Caller, scope: WebhookScope, id: string): Promise<void> {
      return change(deps, { caller, scope }, async (tx, { ownerId, log }) => {
        await log("webhook.deleted", found(await webhookQueries(tx).delete(ownerId, id)));
      });
    },

    /** Queues a test message, which reports no event. Throws the same errors as `retryWebhookDelivery`. */
    async testWebhook(caller: Caller, scope: WebhookScope, id: string): Promise<{ deliveryId: string }> {
      const { ownerId } = await requireActive(deps, { caller, scope, id });
      const deliveryId = `${newId()}-webhook-test`;
      const data = { webhookId: id };
      await webhookQueries(db).queueFor(id, {
        ...{ id: deliveryId, type: "webhook.test", subject: deliveryId, ownerId, at: clock(), data },
      });
      deps.webhooks?.onQueued();
      return { deliveryId };
    },

    /** Lists the deliveries of the last 30 days, the newest first. Throws `webhook_not_found` or `access_denied`. */
    async listWebhookDeliveries(
      caller: Caller,
      scope: WebhookScope,
      { id, ...page }: PageRequest & { id: string },
    ): Promise<Page<Delivery>> {
      found(await webhookQueries(db).find(await ownerOf(deps, { caller, scope }), id));
      return webhookQueries(db).listDeliveries(id, page);
    },

    /** Sends a message again, even a delivered one. Throws `webhook_not_found`, `webhook_disabled`, `rate_limited` or `access_denied`. */
    async retryWebhookDelivery(
      caller: Caller,
      scope: WebhookScope,
      { id, deliveryId }: { id: string; deliveryId: string },
    ): Promise<void> {
      await requireActive(deps, { caller, scope, id });
      if (!(await webhookQueries(db).retry({ endpointId: id, id: deliveryId }, clock()))) {
        throw new DomainError("webhook_not_found", "This webhook has no such delivery.");
      }
      deps.webhooks?.onQueued();
    },

    deleteOldDeliveries: deleteOldDeliveries(deps),
  };
}

type WebhookUpdate = Partial<WebhookInput> & { isDisabled?: boolean };

function describeChange(
  deps: Deps,
  { before, input: { url, isDisabled, ...same } }: { before: WebhookEndpoint; input: WebhookUpdate },
): EndpointChange {
  const wasDisabled = before.disabledAt !== undefined;
  const isSwitched = isDisabled !== undefined && isDisabled !== wasDisabled;
  const { events = before.events } = same;
  const hasUrls = events.includes("url.issued");
  const restarts = !before.events.includes("url.issued") || (isSwitched && wasDisabled);
  return {
    ...same,
    events,
    ...(url !== undefined && { url: checkUrl(url, policyOf(deps)) }),
    ...(isSwitched && { isDisabled }),
    urlReports: hasUrls ? (restarts ? "restart" : undefined) : "stop",
  };
}

/** Returns the owner of the endpoints in a scope: the caller or the service. Throws `access_denied`. */
async function ownerOf(
  { db }: { db: Tx },
  { caller, scope }: { caller: Caller; scope: WebhookScope },
): Promise<string> {
  if (scope === "own") return caller.userId;
  await requireAdministrator(db, caller);
  return SERVICE_OWNER;
}

function found(endpoint: WebhookEndpoint | undefined): WebhookEndpoint {
  if (endpoint !== undefined) return endpoint;
  throw noSuch("webhook");
}

/** Changes the endpoints of one owner in a transaction, if the caller may still do so. Changes for one owner run one after another. */
function change<T>(deps: Deps, { caller, scope }: { caller: Caller; scope: WebhookScope }, work: Work<T>): Promise<T> {
  const { db, clock } = deps;
  if (scope === "service") {
    return act(deps, caller, (tx, { log, now }) => {
      // The path of a URL may be a secret, so the log contains only the host.
      const logEndpoint: Log = (action, { id, url }) => log(action, id, { host: new URL(url).host });
      return work(tx, { ownerId: SERVICE_OWNER, now, log: logEndpoint });
    });
  }
  return db.transaction(async (tx) => {
    await credentialQueries(tx).lock(caller.userId);
    await requireEnabled({ db: tx })(caller.userId);
    await requireCredential(tx, caller);
    return work(tx, { ownerId: caller.userId, now: clock(), log: async () => undefined });
  });
}

function policyOf({ webhooks }: Deps): { allowsLoopback: boolean } {
  return { allowsLoopback: webhooks?.allowsLoopback === true };
}

/** Checks a URL without DNS. send-webhook.ts checks the IP addresses before each message. Throws `invalid_request`. */
function checkUrl(text: string, { allowsLoopback }: { allowsLoopback: boolean }): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw refused("It must be an https URL.");
  if (url.username !== "" || url.password !== "") throw refused("It must not contain a user name or a password.");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isLoopback = host === "localhost" || isLoopbackAddress(host);
  if (isLoopback && allowsLoopback) return url.href;
  if (url.protocol !== "https:") throw refused("It must begin with https://.");
  if (isLoopback || (isIP(host) !== 0 && !isPublicAddress(host))) throw refused("Its host is not on the internet.");
  url.hash = "";
  return url.href;
}

function refused(problem: string): DomainError {
  return invalidRequest(`The URL is refused. ${problem}`);
}

/** Limits the test messages and repeated messages of one person, because the person chooses the server that receives them. */
const LIMIT: WindowLimit = { name: "webhook sends", max: 100, windowMs: 3_600_000 };
const TOO_MANY = "You sent too many messages by hand. Wait until Retry-After has passed, then try again.";
const DISABLED = "This webhook is disabled. Enable it first.";

async function requireActive(
  deps: Deps,
  { caller, scope, id }: { caller: Caller; scope: WebhookScope; id: string },
): Promise<WebhookEndpoint> {
  const endpoint = found(await webhookQueries(deps.db).find(await ownerOf(deps, { caller, scope }), id));
  if (endpoint.disabledAt !== undefined) throw new DomainError("webhook_disabled", DISABLED);
  await takeFromWindow(deps, { limit: LIMIT, holder: caller.userId, amount: 1, problem: TOO_MANY });
  return endpoint;
}
