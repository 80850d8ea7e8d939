import { randomUUID } from "node:crypto";
import pino, { type Logger } from "pino";
import { createAsk } from "../../features/embedding/ask.ts";
import { createFiles, type Files } from "../../features/embedding/files.ts";
import { buildEmbeddingApp } from "../../features/embedding/http/app.ts";
import { openDoors } from "../../features/embedding/http/doors.ts";
import { createFindPath, createHandler } from "../../features/embedding/http/handler.ts";
import { checkUser } from "../../features/embedding/http/identify.ts";
import { presentFile } from "../../features/embedding/items.ts";
import { deliverFileEvents, startFileEventDelivery } from "../../features/embedding/jobs.ts";
import type { User } from "../../features/embedding/types.ts";
import { withRedaction } from "../../platform/http/logging.ts";
import { startBackground } from "../background.ts";
import { type Base, openBase } from "../base.ts";
import { placeOf } from "../bucket-target.ts";
import { createOpened, type Opened } from "../opened.ts";
import { ownDatabase } from "../own-database.ts";
import { baseConfigOf } from "./base-config.ts";
import { checkOptions } from "./check-options.ts";
import type { CheckedOptions, ValetKeyOptions } from "./options.ts";
import { runDue } from "./run-due.ts";
import { createRunningCalls } from "./running-calls.ts";
import type { ValetKey } from "./valet-key.ts";

const MAX_PAGE = 200;

/**
 * Embeds Valet Key in an application that has its own users and its own access rule.
 * Throws TypeError for wrong options. Throws an error with a `code` if the database can't be used.
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
    // Ignores errors of `close`, because the caller needs the reason of the failed start.
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
  const base = await openBase(config, { logger });
  opened.add(base.close);
  await ownDatabase(base.db, { name: application, bucket: placeOf(config.bucket) });
  const ask = createAsk({
    resources,
    onFault: ({ error, ...question }) => logger.error({ ...question, err: error }, "may() made no decision"),
  });
  const files = createFiles(base.deps, { useCases: base.useCases, resources, ask });
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

type Jobs = {
  options: CheckedOptions;
  deliver: ReturnType<typeof deliverFileEvents>;
  logger: Logger;
  opened: Opened;
};

async function startJobs(base: Base, { options, deliver, logger, opened }: Jobs): Promise<void> {
  if (options.background === false) {
    // Reads the capabilities of the bucket now. Without them, the service would have to copy every upload.
    await base.capabilities.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
    return;
  }
  const background = await startBackground(base, { logger, opened });
  const fileEvents = startFileEventDelivery({ deliver, logger });
  opened.add(fileEvents.stop);
  base.work.on("uploadEnded", fileEvents.kick);
  background.kick();
  fileEvents.kick();
}

function callsOf(files: Files): Pick<ValetKey, "issueUrl" | "list" | "remove"> {
  return {
    async issueUrl(user, fileId, { expiresInSeconds, disposition = "attachment" } = {}) {
      const input = { fileId, expiresInSeconds, disposition, purpose: undefined };
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
