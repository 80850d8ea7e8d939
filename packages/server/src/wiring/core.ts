import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { createBucket } from "../bucket/bucket.ts";
import type { Config } from "../config/index.ts";
import { authTables, openPostgres, openSqlite } from "../db/index.ts";
import { createAccounts } from "../http/auth/accounts.ts";
import { createClamd } from "../scanner/clamd.ts";
import { createUseCases } from "../usecases/index.ts";
import { createCapabilities } from "../usecases/storage/capabilities.ts";
import { bucketTarget, placeOf } from "./bucket-target.ts";
import { createNewId } from "./new-id.ts";

/** The parts below HTTP, wired: what a command of the CLI needs, and what the service is built on. */
export type Core = Awaited<ReturnType<typeof openCore>>;

/** Opens the database (migrating it) and the bucket's client, and binds the use cases to them. */
export async function openCore(
  config: Config,
  options: { logger: Logger; onDeletionsQueued?: () => void; onVerificationQueued?: () => void },
) {
  const { logger } = options;
  const clock = Date.now;
  const newId = createNewId({ clock, random: randomBytes });
  const db =
    config.database.kind === "sqlite"
      ? await openSqlite({ file: config.database.file, clock })
      : await openPostgres({ url: config.database.url, clock });
  const bucket = createBucket({
    ...bucketTarget(config.bucket),
    clock,
    random: randomBytes,
    onWarning: (warning) => logger.warn(warning),
  });
  const scanner = config.scanner && createClamd(config.scanner);
  const capabilities = createCapabilities({ db, bucket, clock, place: placeOf(config.bucket) });
  const useCases = createUseCases({
    db,
    bucket,
    capabilities: capabilities.current,
    clock,
    newId,
    newSecret: () => randomBytes(32).toString("base64url"),
    limits: config.limits,
    scanning: scanner && { scanner, tooLarge: config.scanner?.tooLarge ?? "reject" },
    onDeletionsQueued: options.onDeletionsQueued ?? (() => undefined),
    onVerificationQueued: options.onVerificationQueued ?? (() => undefined),
  });
  const publicUrl = config.server.publicUrl ?? `http://localhost:${config.server.port}`;
  const accounts = createAccounts({
    database: { db: db.kysely, type: config.database.kind },
    tables: authTables,
    secret: config.auth.secret,
    publicUrl,
    signUp: config.auth.signUp,
    oidc: config.auth.oidc,
    newId,
    rememberPerson: useCases.rememberPerson,
  });
  return {
    db,
    bucket,
    scanner,
    useCases,
    capabilities,
    accounts,
    publicUrl,
    async close() {
      await db.urlAudit.close();
      bucket.close();
      await db.close();
    },
  };
}
