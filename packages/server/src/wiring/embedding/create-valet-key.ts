import { randomUUID } from "node:crypto";
import { problems } from "@valetkey/contract";
import type { Logger } from "pino";
import pino from "pino";
import { createAdmit } from "../../features/embedding/admit.ts";
import { createAsk, functionOf } from "../../features/embedding/ask.ts";
import { createCalls } from "../../features/embedding/calls/index.ts";
import type { TenantCalls } from "../../features/embedding/calls/tenant-types.ts";
import type { CallsForUsers, FileCalls, TransactionCalls } from "../../features/embedding/calls/types.ts";
import { queueDownloads, startDownloadQueue } from "../../features/embedding/downloads.ts";
import { createFiles } from "../../features/embedding/files.ts";
import { openDoors } from "../../features/embedding/http/doors.ts";
import { createFindPath, createHandler } from "../../features/embedding/http/handler.ts";
import { buildEmbeddingApp } from "../../features/embedding/http/routes.ts";
import { type FileEventWork, fileEventWork, startFileEventDelivery } from "../../features/embedding/jobs.ts";
import { createPlaces } from "../../features/embedding/places.ts";
import type { Doors, ItemName, User } from "../../features/embedding/types.ts";
import { makeDuePreviews } from "../../features/previews/jobs.ts";
import { loadProviderChain } from "../../platform/bucket/credentials.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { withRedaction } from "../../platform/http/logging.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import { runDueWork } from "../../platform/jobs/runner.ts";
import { canDraw, findDrawingProgram } from "../../platform/pictures/draw-pictures.ts";
import { makesPreviews, startFileBackground, startSweep } from "../background.ts";
import { type Base, createOpened, type Opened, openBase, placeOf } from "../base.ts";
import { createAllowances, createFileUseCases, type FileUseCases } from "../file-use-cases.ts";
import { createTenantBuckets } from "./buckets.ts";
import { LINK_JOBS, loadLinks, type OpenedLinks, type OpenLinks } from "./links.ts";
import { createReadMetrics, readHealth } from "./observe.ts";
import { baseConfigOf, type CheckedOptions, checkOptions, OPTION_OF } from "./options.ts";
import type { Health, ValetKeyOptions } from "./types.ts";

/**
 * An embedding of Valet Key in an application. Each call gets the user first, and calls the application's function `may`. The calls of
 * `asApplication` get no user and do not call `may`.
 */
export type ValetKey<AppUser extends User = User> = Doors &
  CallsForUsers<AppUser> &
  TransactionCalls & {
    /**
     * The same calls for the application itself, such as for its jobs. These calls get no user, do not call `may`, and have no rate limit.
     * The application must check the access itself.
     *
     * @example
     * ```ts
     * await files.asApplication.removeAll({ resource: "invoice", itemId: "42" });
     * ```
     */
    asApplication: FileCalls & TenantCalls;
    /** Checks the database, the bucket and the virus scanner. Does not call `may`. Never rejects. */
    health(): Promise<Health>;
    /** Returns the metrics of this process in the text format of Prometheus. Does not call `may`. */
    metrics(): Promise<string>;
    /**
     * Runs all due verifications, hooks and deletions, makes missing previews, and then stops. Call `tick` on hosts where a process ends
     * after each request.
     * Rejects if the database or the bucket is unreachable. A later call then does the remaining work.
     */
    tick(): Promise<void>;
    /** Finishes the running calls and requests, and closes the database. */
    close(): Promise<void>;
  };

/**
 * Embeds Valet Key in an application that has its own users and its own access rule.
 * Throws TypeError for wrong options. Throws an error with a `code` if the database is unusable.
 *
 * @example
 * ```ts
 * import { createValetKey } from "@valetkey/server";
 *
 * export const files = await createValetKey({
 *   bucket: { name: "my-bucket", region: "eu-central-1" },
 *   database: process.env.DATABASE_URL ?? "files.db",
 *   user: async (request) => (await findSession(request))?.user ?? null,
 *   resources: {
 *     invoice: { may: (user, action, id) => mayUseInvoice(user, action, id) },
 *   },
 * });
 * app.all("/files/*", (context) => files.fetch(context.req.raw));
 * ```
 */
export function createValetKey<AppUser extends User>(options: ValetKeyOptions<AppUser>): Promise<ValetKey<AppUser>> {
  return createValetKeyAt(options, { clock: Date.now });
}

/** Does the same as `createValetKey`, with a clock that tests can change. */
export async function createValetKeyAt<AppUser extends User>(
  options: ValetKeyOptions<AppUser>,
  { clock }: { clock: Clock },
): Promise<ValetKey<AppUser>> {
  const checked = checkOptions(options);
  const logger = checked.logger ?? pino(withRedaction({ level: "warn" }), pino.destination(2));
  const opened = createOpened();
  try {
    return await open(checked, { logger, opened, clock });
  } catch (error) {
    // The caller needs the reason why the start failed, and not an error of `close`.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function open(
  options: CheckedOptions,
  { logger, opened, clock }: { logger: Logger; opened: Opened; clock: Clock },
): Promise<ValetKey> {
  const { basePath, resources, place, tenantQuotaBytes } = options;
  const config = baseConfigOf(options);
  // If the package for credentials is missing, the start must fail, and not the first URL.
  const targets = [options.bucket, ...Object.values(options.buckets ?? {})];
  if (targets.some(({ credentials }) => credentials === undefined)) await loadProviderChain();
  // If the file of the drawing program is missing, the start must fail, and not the first picture.
  if (canDraw()) findDrawingProgram();
  const ask = createAsk({
    resources,
    onFault: ({ error, ...question }) =>
      logger.error({ ...question, err: error }, `${functionOf(question)}() made no decision`),
  });
  const tenantBuckets = createTenantBuckets(options);
  let warnsOfTenants = true;
  const onNoTenant = (item: ItemName) => {
    if (warnsOfTenants)
      logger.warn(item, "place() named no tenant, so tenantQuotaBytes never limits the files of this item");
    warnsOfTenants = false;
  };
  const createRules = (deps: Deps) => ({
    admit: createAdmit(deps, {
      resources,
      onFault: ({ error, resource }) => logger.error({ resource, err: error }, "validate() made no decision"),
    }),
    places: createPlaces(deps, { place, tenantQuotaBytes, onNoTenant, numberOfBucket: tenantBuckets.numberOf }),
  });
  const links = await loadLinks(options, { ask, createRules, logger });
  const base = await openBase(config, {
    join: (deps) => joinFeatures(deps, links),
    openTenantBuckets: tenantBuckets.open,
    application: { name: options.application, bucket: placeOf(config.bucket) },
    usedBy: "embedding",
    optionOf: OPTION_OF,
    ...{ logger, clock },
  });
  opened.add(base.close);
  const { track, settle, refuseCalls } = createRunningCalls();
  // Hooks and requests may call the embedding until the database closes.
  opened.add(refuseCalls);
  const { admit, places } = createRules(base.deps);
  const files = createFiles(base.deps, { useCases: base.useCases, resources, ask, admit, places });
  const hooks = fileEventWork(base.deps, {
    resources,
    onFailure: ({ error, ...failure }) =>
      logger.error({ ...failure, err: error }, "A hook failed. It is called again."),
  });
  const readMetrics = createReadMetrics(base);
  const app = buildEmbeddingApp({
    files,
    useCases: base.useCases,
    findUser: options.user,
    origins: new Set(options.origins),
    logger,
    requestId: randomUUID,
    visitorRoutes: base.useCases.links?.visitorRoutes,
  });
  opened.add(() => app.close());
  await app.ready();
  const queueCalls = await queueDownloads(base.deps, { resources });
  await startJobs(base, { options, hooks, queueCalls, logger, opened });
  const findPath = createFindPath({ basePath, resources: Object.keys(resources) });
  const onFailure = (error: unknown) => logger.error({ err: error }, "a request failed");
  const handler = createHandler(app, { findPath, requestId: randomUUID, onFailure });
  opened.add(settle);
  const closing = new AbortController();
  opened.add(() => closing.abort());
  opened.add(handler.drain);
  const calls = createCalls(base.deps, {
    files,
    useCases: base.useCases,
    resources,
    ask,
    admit,
    places,
    links: base.useCases.links,
    adoptPrefixes: options.adoptPrefixes ?? [],
    track,
  });
  return {
    ...openDoors(handler, { basePath }),
    ...calls.asUser,
    ...calls.inTransactions,
    asApplication: calls.asApplication,
    health: () => readHealth(base),
    metrics: track(readMetrics),
    tick: track(() => runDue(base, { hooks, queueCalls, logger, closing: closing.signal })),
    close: opened.close,
  };
}

type Features = FileUseCases & { links: OpenedLinks | undefined };

/** Joins the features of an embedding. An embedding has no invitations, so `arrive` does nothing. */
function joinFeatures(deps: Deps, openLinks: OpenLinks | undefined): Features {
  const allowances = createAllowances(deps);
  const links = openLinks?.(deps, allowances);
  return { ...createFileUseCases(deps, { arrive: () => undefined, allowances }), links };
}

type Jobs = {
  options: CheckedOptions;
  hooks: FileEventWork;
  queueCalls: Awaited<ReturnType<typeof queueDownloads>>;
  logger: Logger;
  opened: Opened;
};

async function startJobs(base: Base<Features>, { options, hooks, queueCalls, logger, opened }: Jobs): Promise<void> {
  if (options.background === false) {
    // If the service does not know the capabilities of the bucket, it copies every upload. So the capabilities are loaded first.
    await settleAll(base, logger);
    return;
  }
  const background = await startFileBackground(base, { logger, opened });
  const { links } = base.useCases;
  if (links !== undefined) opened.add(startSweep({ useCases: links.jobs, jobs: LINK_JOBS, logger }).stop);
  const fileEvents = startFileEventDelivery({ work: hooks, logger });
  opened.add(fileEvents.stop);
  base.work.on("uploadEnded", fileEvents.kick);
  base.work.on("deletionsQueued", fileEvents.kick);
  if (queueCalls !== undefined) {
    opened.add(startDownloadQueue({ queue: queueCalls, onQueued: fileEvents.kick, logger }).stop);
  }
  background.kick();
  fileEvents.kick();
}

/** Runs all due work as the background jobs do, and then stops. A later call repeats a failed verification. */
async function runDue(
  { useCases, capabilities, deps }: Base<Features>,
  { hooks, queueCalls, logger, closing }: Pick<Jobs, "hooks" | "queueCalls" | "logger"> & { closing: AbortSignal },
): Promise<void> {
  await settleAll({ capabilities }, logger);
  for (;;) {
    const claimed = await useCases.leaseVerification();
    if (claimed === undefined) break;
    await useCases.runVerification(claimed).catch((error) => {
      logger.error(
        { err: error, attachmentId: claimed.attachmentId },
        "The verification of a file failed. It is retried.",
      );
    });
  }
  const failures: unknown[] = [];
  // A failed job, for example during an outage of the bucket, must not stop the other jobs.
  const { flushRefusals, expireUploads, expireStaged, expireTrash, dropUnconfirmedPreviews, purgeObjects } = useCases;
  for (const job of [
    ...(queueCalls === undefined ? [] : [queueCalls]),
    () => runDueWork(hooks),
    flushRefusals,
    expireUploads,
    expireStaged,
    expireTrash,
    dropUnconfirmedPreviews,
    purgeObjects,
    ...Object.values(useCases.links?.jobs ?? {}),
    ...(makesPreviews(deps) ? [() => makeDuePreviews({ useCases, logger }, closing)] : []),
  ]) {
    await job().catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function settleAll({ capabilities }: Pick<Base, "capabilities">, logger: Logger): Promise<void> {
  const settle = (one: (typeof capabilities)[number]) =>
    one.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
  await Promise.all(capabilities.map(settle));
}

/** Collects the running calls of the application, because `close` must wait for these calls. After `refuseCalls`, each new call fails. */
function createRunningCalls() {
  const running = new Set<Promise<unknown>>();
  let isClosed = false;
  return {
    track<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
      return async (...args: Args): Promise<Result> => {
        if (isClosed) {
          throw withStatus(new DomainError("database_unavailable", "This embedding is closed. Create another one."));
        }
        const result = call(...args);
        running.add(result);
        try {
          return await result;
        } catch (error) {
          throw withStatus(error);
        } finally {
          running.delete(result);
        }
      };
    },
    settle: () => Promise.allSettled(running),
    refuseCalls() {
      isClosed = true;
    },
  };
}

/**
 * Adds the HTTP status of the code to an error, because frameworks send the status of an error that a route throws. Koa and Hono read
 * `status`, NestJS reads `statusCode`, and Express and Fastify read both. `expose`: whether the client may see the text of the error.
 * Without this member, NestJS responds with 500.
 */
function withStatus(error: unknown): unknown {
  if (!(error instanceof DomainError || error instanceof HttpProblem)) return error;
  const { status } = problems[error.code];
  return Object.assign(error, { status, statusCode: status, expose: status < 500 });
}
