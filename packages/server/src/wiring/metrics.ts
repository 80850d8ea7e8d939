import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { type QueueSizes, queueQueries } from "../features/administration/queries.ts";
import type { MetricsConfig } from "../platform/config/index.ts";
import type { Base } from "./base.ts";

/** The minimum time between two measurements of the queues, in milliseconds. So all gauges of one scrape use the same measurement. */
const MEASURE_EVERY_MS = 1_000;

export const UPLOADS_ENDED = "valetkey_uploads_ended_total";

/** Creates the metrics of the process (event loop, memory) and of the base (database connections, queues, ended uploads). */
export function createServiceMetrics(
  { db, work }: Pick<Base, "db" | "work">,
  { port, token }: MetricsConfig,
): Registry {
  // If everybody can read /metrics, it must not show the length of the mail queue. Otherwise, a stranger could request a new password, and
  // see from the length whether the email address has an account.
  const isOpen = port === undefined && token === undefined;
  const registry = createBaseMetrics({ db, work }, { showsMails: !isOpen });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Creates the metrics of the base: database connections, queues and ended uploads. */
export function createBaseMetrics(
  { db, work }: Pick<Base, "db" | "work">,
  { showsMails }: { showsMails: boolean },
): Registry {
  const registry = new Registry();
  const ended = new Counter({
    name: UPLOADS_ENDED,
    help: "Uploads and forms that ended here, by outcome: ready, rejected, aborted, expired.",
    labelNames: ["outcome"] as const,
    registers: [registry],
  });
  work.on("uploadEnded", (outcome) => ended.inc({ outcome }));
  addPools(registry, db);
  addQueues(registry, { db, showsMails });
  return registry;
}

function addPools(registry: Registry, db: Base["db"]): void {
  new Gauge({
    name: "valetkey_database_connections",
    help: "Connections to PostgreSQL, by pool and state: idle, busy, and callers that wait for one.",
    labelNames: ["pool", "state"] as const,
    registers: [registry],
    collect() {
      for (const { name: pool, idle, busy, waiting } of db.pools()) {
        for (const [state, count] of Object.entries({ idle, busy, waiting })) this.set({ pool, state }, count);
      }
    },
  });
}

function addQueues(registry: Registry, { db, showsMails }: Pick<Base, "db"> & { showsMails: boolean }): void {
  let last: { at: number; sizes: Promise<QueueSizes | undefined> } | undefined;
  // Measures the queues. During an outage of the database, returns undefined, so that /metrics still returns the other metrics.
  function measure(): Promise<QueueSizes | undefined> {
    const now = Date.now();
    if (last === undefined || now - last.at >= MEASURE_EVERY_MS) {
      last = {
        at: now,
        sizes: queueQueries(db)
          .measure(now)
          .catch(() => undefined),
      };
    }
    return last.sizes;
  }

  function gauge(name: string, help: string, read: (sizes: QueueSizes) => number): void {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const sizes = await measure();
        this.set(sizes === undefined ? Number.NaN : read(sizes));
      },
    });
  }

  gauge("valetkey_deletions_due", "Deletions of objects that are due.", ({ dueDeletions }) => dueDeletions);
  gauge(
    "valetkey_deletions_oldest_seconds",
    "How long the oldest due deletion has waited.",
    ({ oldestDueDeletionMs }) => oldestDueDeletionMs / 1000,
  );
  gauge("valetkey_verifications_waiting", "Queued verifications.", ({ verifications }) => verifications);
  gauge(
    "valetkey_verifications_oldest_seconds",
    "How long the oldest verification has been due.",
    ({ oldestDueVerificationMs }) => oldestDueVerificationMs / 1000,
  );
  gauge("valetkey_webhooks_waiting", "Deliveries of webhooks that wait.", ({ webhooks }) => webhooks);
  gauge(
    "valetkey_webhooks_oldest_seconds",
    "How long the oldest delivery of a webhook has waited.",
    ({ oldestWebhookMs }) => oldestWebhookMs / 1000,
  );
  new Gauge({
    name: "valetkey_uploads",
    help: "Uploads that have not ended, by state.",
    labelNames: ["state"] as const,
    registers: [registry],
    async collect() {
      const sizes = await measure();
      for (const [state, count] of Object.entries(sizes?.uploads ?? {})) this.set({ state }, count);
    },
  });
  if (showsMails) {
    gauge("valetkey_mails_waiting", "Mails that wait in the outbox.", ({ mails }) => mails);
    gauge(
      "valetkey_mails_oldest_seconds",
      "How long the oldest mail has waited.",
      ({ oldestMailMs }) => oldestMailMs / 1000,
    );
    gauge(
      "valetkey_mails_given_up",
      "Mails that were given up in the last 30 days.",
      ({ mailsGivenUp }) => mailsGivenUp,
    );
  }
}
