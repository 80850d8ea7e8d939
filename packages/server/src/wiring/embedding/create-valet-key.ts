import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import pino from "pino";
import { createAdmit } from "../../features/embedding/admit.ts";
import { createAsk } from "../../features/embedding/ask.ts";
import { createFiles, type Files } from "../../features/embedding/files.ts";
import { type Doors, openDoors } from "../../features/embedding/http/doors.ts";
import { checkUser, createFindPath, createHandler } from "../../features/embedding/http/handler.ts";
import { buildEmbeddingApp } from "../../features/embedding/http/routes.ts";
import { presentFile } from "../../features/embedding/items.ts";
import { deliverFileEvents, startFileEventDelivery } from "../../features/embedding/jobs.ts";
import type { ItemFile, User } from "../../features/embedding/types.ts";
import type { Deps } from "../../platform/deps.ts";
import { withRedaction } from "../../platform/http/logging.ts";
import { startFileBackground } from "../background.ts";
import { type Base, createOpened, type Opened, openBase, ownDatabase, placeOf } from "../base.ts";
import { createAllowances, createFileUseCases, type FileUseCases } from "../file-use-cases.ts";
import { baseConfigOf, type CheckedOptions, checkOptions, type ValetKeyOptions } from "./options.ts";

/** A URL of a file, and the expiry of the URL. */
export type FileUrl = { url: string; expiresAt: Date };

/** An embedding of Valet Key in an application. */
export type ValetKey<AppUser extends User = User> = Doors & {
  /**
   * Issues a URL of a file for a user if the application's function `may` permits "read". `expiresInSeconds`: 1 to the `urlTtlSeconds` of
   * the resource. Default: the maximum. The default `disposition` is `attachment`. `preview`: issues a URL of a small picture of the
   * file, which is always inline.
   * Throws an error with the `code` `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`,
   * `preview_not_found` or `rate_limited`.
   */
  issueUrl(
    user: AppUser,
    fileId: string,
    options?: { expiresInSeconds?: number; disposition?: "attachment" | "inline"; preview?: "small" | "large" },
  ): Promise<FileUrl>;
  /**
   * Lists the files of an item, oldest first. Does not call `may`, so the application must check the access itself. `limit`: 1 to 200.
   * Default: 50. `cursor`: the `nextCursor` of the previous page.
   * Throws an error with the `code` `not_found` or `invalid_cursor`. Throws RangeError for a wrong `limit`.
   */
  list(
    resource: string,
    itemId: string,
    page?: { limit?: number; cursor?: string },
  ): Promise<{ files: ItemFile[]; nextCursor: string | undefined }>;
  /**
   * Removes a file and its stored bytes. Does not call `may`, so the application must check the access itself. Throws
   * `attachment_not_found`.
   */
  remove(fileId: string): Promise<void>;
  /**
   * Runs all due verifications, hooks and deletions, and then stops. Call `tick` on hosts where a process ends after each request. Rejects
   * if the database or the bucket is unreachable. A later call then does the remaining work.
   */
  tick(): Promise<void>;
  /** Finishes the work in progress, and closes the database. */
  close(): Promise<void>;
};

const MAX_PAGE = 200;

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
export async function createValetKey<AppUser extends User>(
  options: ValetKeyOptions<AppUser>,
): Promise<ValetKey<AppUser>> {
  const checked = checkOptions(options);
  const logger = checked.logger ?? pino(withRedaction({ level: "warn" }), pino.destination(2));
  const opened = createOpened();
  try {
    return await open(checked, { logger, opened });
  } catch (error) {
    // The caller needs the reason of the failed start, and not an error of `close`.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function open(
  options: CheckedOptions,
  { logger, opened }: { logger: Logger; opened: Opened },
): Promise<ValetKey> {
  const { application, basePath, resources } = options;
  const config = baseConfigOf(options);
  const base = await openBase(config, { join: joinFeatures, logger });
  opened.add(base.close);
  await ownDatabase(base.db, { name: application, bucket: placeOf(config.bucket) });
  const ask = createAsk({
    resources,
    onFault: ({ error, ...question }) => logger.error({ ...question, err: error }, "may() made no decision"),
  });
  const admit = createAdmit(base.deps, {
    resources,
    onFault: ({ error, resource }) => logger.error({ resource, err: error }, "validate() made no decision"),
  });
  const files = createFiles(base.deps, { useCases: base.useCases, resources, ask, admit });
  const deliver = deliverFileEvents(base.deps, {
    resources,
    onFailure: ({ error, ...failure }) =>
      logger.error({ ...failure, err: error }, "A hook failed. It is called again."),
  });
  const app = buildEmbeddingApp({
    files,
    useCases: base.useCases,
    findUser: options.user,
    origins: new Set(options.origins),
    logger,
    requestId: randomUUID,
  });
  opened.add(() => app.close());
  await app.ready();
  await startJobs(base, { options, deliver, logger, opened });
  const findPath = createFindPath({ basePath, resources: Object.keys(resources) });
  const onFailure = (error: unknown) => logger.error({ err: error }, "a request failed");
  const handler = createHandler(app, { findPath, requestId: randomUUID, onFailure });
  const { track, settle } = createRunningCalls();
  opened.add(settle);
  opened.add(handler.drain);
  const { issueUrl, list, remove } = callsOf(files);
  return {
    ...openDoors(handler, { basePath }),
    issueUrl: track(issueUrl),
    list: track(list),
    remove: track(remove),
    tick: track(() => runDue(base, { deliver, logger })),
    close: opened.close,
  };
}

/** Joins the features of an embedding. No user arrives through an invitation. */
function joinFeatures(deps: Deps): FileUseCases {
  return createFileUseCases(deps, { arrive: () => undefined, allowances: createAllowances(deps) });
}

type Jobs = {
  options: CheckedOptions;
  deliver: ReturnType<typeof deliverFileEvents>;
  logger: Logger;
  opened: Opened;
};

async function startJobs(base: Base, { options, deliver, logger, opened }: Jobs): Promise<void> {
  if (options.background === false) {
    // Without the capabilities of the bucket, the service would copy every upload.
    await base.capabilities[0]?.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
    return;
  }
  const background = await startFileBackground(base, { logger, opened });
  const fileEvents = startFileEventDelivery({ deliver, logger });
  opened.add(fileEvents.stop);
  base.work.on("uploadEnded", fileEvents.kick);
  background.kick();
  fileEvents.kick();
}

function callsOf(files: Files): Pick<ValetKey, "issueUrl" | "list" | "remove"> {
  return {
    async issueUrl(user, fileId, { expiresInSeconds, disposition = "attachment", preview } = {}) {
      const input = { fileId, expiresInSeconds, disposition, preview, isCacheable: false };
      const { fileUrl, expiresAt } = await files.issueUrl(checkUser(user), input);
      return { url: fileUrl, expiresAt: new Date(expiresAt) };
    },
    async list(resource, itemId, { limit = 50, cursor } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
        throw new RangeError(`limit must be a whole number from 1 to ${MAX_PAGE}.`);
      }
      if (typeof itemId !== "string") throw new TypeError("The id of an item must be a text, such as String(42).");
      const { items, nextCursor } = await files.trusted.list({ resource, itemId, page: { limit, cursor } });
      return { files: items.map((file) => presentFile(file, { resource, itemId })), nextCursor };
    },
    remove: files.trusted.remove,
  };
}

/** Runs all due work as the background jobs do, and then stops. A later call tries a failed verification again. */
async function runDue(
  { useCases, capabilities }: Base,
  { deliver, logger }: { deliver: () => Promise<number>; logger: Logger },
): Promise<void> {
  await capabilities[0]?.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
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
  const { flushRefusals, expireUploads, dropUnconfirmedPreviews, purgeObjects } = useCases;
  for (const job of [deliver, flushRefusals, expireUploads, dropUnconfirmedPreviews, purgeObjects]) {
    await job().catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Stores the running calls of the application, because `close` must wait for these calls. */
function createRunningCalls() {
  const running = new Set<Promise<unknown>>();
  return {
    track<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
      return async (...args: Args): Promise<Result> => {
        const result = call(...args);
        running.add(result);
        try {
          return await result;
        } finally {
          running.delete(result);
        }
      };
    },
    settle: () => Promise.allSettled(running),
  };
}
