import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import type { Logger } from "pino";
import { createAuditArchive } from "../features/audit/retention.ts";
import { type ConfiguredPolicy, createLivePolicy, fixedPolicy, withPolicy } from "../features/policy/live-policy.ts";
import { createCapabilities } from "../features/storage/capabilities.ts";
import {
  type BucketSettings,
  createUploadBucket,
  requireSettingsOfBuckets,
} from "../features/storage/upload-bucket.ts";
import { type BucketOptions, createBucket } from "../platform/bucket/bucket.ts";
import { joinBuckets, objectKeyAt, placeOfKey } from "../platform/bucket/numbered.ts";
import { type Bucket, LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import type { Clock } from "../platform/clock.ts";
import type { AuthConfig, BucketConfig, Config } from "../platform/config/index.ts";
import { createNewId, drawnAhead } from "../platform/crypto/ids.ts";
import { deriveLinkKeys } from "../platform/crypto/link-token.ts";
import type { DatabaseUser } from "../platform/database/engine.ts";
import type { Database, Tx } from "../platform/database/queries.ts";
import type { JwtIssuer } from "../platform/database/unions.ts";
import type { Deps, UploadOutcome } from "../platform/deps.ts";
import { loadWith } from "../platform/modules.ts";
import { createClamd } from "../platform/scanner/clamd.ts";
import { nameOptions, type OptionOf } from "../platform/text/option-names.ts";
import type { InSpan } from "../platform/tracing/open-telemetry.ts";
import { openSqlite } from "./database/open-sqlite.ts";
import type { Application } from "./database/owner.ts";
import type { FileUseCases } from "./file-use-cases.ts";

/** The open database, the bucket and the use cases, which the service and embeddings have in common. */
export type Base<UseCases extends FileUseCases = FileUseCases> = Awaited<ReturnType<typeof openBase<UseCases>>>;

/** The events that use cases emit after a commit. The background jobs listen for new work, and the metrics listen for ended uploads. */
type WorkEvents = {
  deletionsQueued: [];
  verificationQueued: [];
  mailQueued: [];
  webhookQueued: [];
  uploadEnded: [outcome: UploadOutcome];
};

/** The configuration of the base. `dataDir` is undefined in an embedding, which has all data in the database and the bucket. */
export type BaseConfig = Pick<
  Config,
  "database" | "bucket" | "bucketNumber" | "nextBucket" | "scanner" | "limits" | "webhooks"
> & {
  server: { dataDir: string | undefined };
  auth: Pick<AuthConfig, "secret" | "oldSecrets" | "jwtSecret" | "jwksUrl">;
};

/** Without `inSpan`, calls to the database and the bucket have no tracing spans. Without `mail`, the service sends no mails. */
export type BaseOptions = {
  logger: Logger;
  inSpan?: InSpan | undefined;
  /** The rules that administrators can change. Default: the limits of the configuration, which administrators can't change. */
  policy?: ConfiguredPolicy | undefined;
  mail?: Pick<NonNullable<Deps["mail"]>, "mailer" | "publicUrl" | "brand"> | undefined;
  /** The application that owns the database. Default: the owner of the database is not checked. */
  application?: Application | undefined;
  /** The names of settings in error texts. Default: the environment variables of the service. */
  optionOf?: OptionOf | undefined;
  /** The user of the database. Default: the service. */
  usedBy?: DatabaseUser | undefined;
  clock?: Clock | undefined;
  /** Opens the buckets of tenants, after the database is open. Default: no such buckets. */
  openTenantBuckets?: ((db: Database) => Promise<readonly NumberedConfig[]>) | undefined;
  /** The limits of the memory for objects that pass through the process. Default: the limits of the service. */
  partBuffers?: BucketOptions["partBuffers"];
};

/** `join` creates the functions of the features. */
type Joined<UseCases> = { join: (deps: Deps) => UseCases };

/** Opens and migrates the database, and connects the use cases to it and to the bucket. If a step fails, closes what is already open. */
export async function openBase<UseCases extends FileUseCases>(
  config: BaseConfig,
  { join: joinFeatures, logger, clock = Date.now, ...options }: BaseOptions & Joined<UseCases>,
) {
  const { inSpan, mail, policy, partBuffers, application, usedBy, openTenantBuckets, optionOf = {} } = options;
  const { dataDir } = config.server;
  const { auditDays } = config.limits;
  const random = drawnAhead(randomBytes);
  const newId = createNewId({ clock, random });
  const { database } = config;
  const plainDb =
    database.kind === "sqlite"
      ? await openSqlite({
          file: database.file,
          ...{ clock, application, usedBy },
          onCopy: (copy) => logger.info({ copy }, "the database was copied before its migration"),
          onCheckpointFailure: (err) => logger.error({ err }, "the log of the database could not be copied, and grows"),
        })
      : await (await loadPostgres()).openPostgres({
          ...database,
          ...{ clock, application, usedBy, optionOf },
          onMove: (host) => logger.info({ host }, "this host is the primary of PostgreSQL"),
        });
  const opened = createOpened();
  opened.add(() => plainDb.close());
  const db = inSpan === undefined ? plainDb : traceDatabase(plainDb, inSpan);
  try {
    const [first, ...next] = numberedBuckets(config);
    const settings = [first, ...next, ...((await openTenantBuckets?.(db)) ?? [])];
    const uploadBucket = createUploadBucket({ db, first: first.number });
    await uploadBucket.refresh();
    const known = describeBuckets(settings);
    await requireSettingsOfBuckets(db, { buckets: known, forUploads: uploadBucket.number });
    const open = ({ bucket: target, number, isOfTenants }: NumberedConfig) => ({
      ...{ number, keyPrefix: target.keyPrefix, place: placeOf(target), isOfTenants },
      bucket: createBucket({
        ...bucketTarget(target),
        ...{ clock, random, partBuffers, optionOf },
        onWarning: (warning) => logger.warn(nameOptions(warning, optionOf)),
      }),
    });
    const [main, ...others] = [open(first), ...settings.slice(1).map(open)] as const;
    const plainBucket = joinBuckets([main, ...others], { numberForUploads: () => uploadBucket.number });
    opened.add(() => plainBucket.close());
    const bucket = inSpan === undefined ? plainBucket : traceBucket(plainBucket, inSpan);
    const scanner = config.scanner && createClamd(config.scanner);
    const capabilities = [main, ...others].map(({ number, place, bucket: one }) => {
      const newObjectKey = () => objectKeyAt({ number, key: one.newObjectKey() });
      return { number, ...createCapabilities({ db, bucket: { ...bucket, newObjectKey }, clock, place }) };
    });
    const archive = dataDir === undefined ? undefined : createAuditArchive({ folder: join(dataDir, "audit"), clock });
    const work = new EventEmitter<WorkEvents>();
    const livePolicy = createLivePolicy(policy ?? fixedPolicy(config.limits));
    const deps: Deps = {
      db,
      bucket,
      capabilities: (objectKey) =>
        capabilities.find(({ number }) => number === placeOfKey(objectKey).number)?.current() ?? LEAST_CAPABILITIES,
      clock,
      newId,
      newSecret: () => randomBytes(32).toString("base64url"),
      limits: withPolicy(config.limits, livePolicy),
      policy: livePolicy,
      jwtIssuers: jwtIssuersOf(config.auth),
      scanning: scanner && { scanner, tooLarge: config.scanner?.tooLarge ?? "reject" },
      linkKeys: deriveLinkKeys([config.auth.secret, ...config.auth.oldSecrets]),
      auditRetention: auditDays === undefined || archive === undefined ? undefined : { days: auditDays, archive },
      onDeletionsQueued: () => work.emit("deletionsQueued"),
      mail: mail && { ...mail, onQueued: () => work.emit("mailQueued") },
      webhooks: { ...config.webhooks, onQueued: () => work.emit("webhookQueued") },
      onVerificationQueued: () => work.emit("verificationQueued"),
      onUploadEnded: (outcome) => work.emit("uploadEnded", outcome),
    };
    const useCases = joinFeatures(deps);
    opened.add(() => useCases.flushRefusals({ all: true }));
    const buckets = {
      numbers: known.map(({ number }) => number),
      places: Object.fromEntries(known.map(({ number, place }) => [number, place])),
      uploadBucket,
    };
    return { db, bucket, buckets, scanner, work, deps, useCases, capabilities, close: opened.close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function jwtIssuersOf({ jwtSecret, jwksUrl }: Pick<AuthConfig, "jwtSecret" | "jwksUrl">): JwtIssuer[] {
  const issuers: JwtIssuer[] = [];
  if (jwtSecret !== undefined) issuers.push("jwt-secret");
  if (jwksUrl !== undefined) issuers.push("jwks");
  return issuers;
}

/** Only a service or an embedding with PostgreSQL loads the package pg. */
const loadPostgres = () =>
  loadWith("pg", () => import("./database/open-postgres.ts"), {
    user: "A database on PostgreSQL",
    code: "database_unavailable",
  });

/** The parts that are open. `close` closes them in the opposite order. */
export type Opened = {
  /** Registers the function that closes a part, such as the database. */
  add(close: () => unknown): void;
  /** Closes all parts, even if one of them fails to close. Rejects with the first error. */
  close(): Promise<void>;
};

export function createOpened(): Opened {
  const closers: (() => unknown)[] = [];
  return {
    add(close) {
      closers.push(close);
    },
    async close() {
      const failures: unknown[] = [];
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Returns the options with which the S3 adapter accesses the configured bucket. */
export function bucketTarget(bucket: BucketConfig) {
  if (bucket.kind === "s3") {
    const { kind: _, ...target } = bucket;
    return target;
  }
  const { name, region, keyPrefix, credentials, host, port } = bucket;
  const endpoint = `http://${host}:${port}`;
  return {
    name,
    region,
    keyPrefix,
    credentials,
    endpoint,
    publicEndpoint: bucket.publicEndpoint ?? `http://localhost:${port}`,
    forcePathStyle: true,
  };
}

/** A bucket in the settings, and its number in object keys. */
export type NumberedConfig = { bucket: BucketConfig; number: number; isOfTenants?: boolean | undefined };

/** Returns the buckets in the settings. The main bucket is the first. */
export function numberedBuckets({
  bucket,
  bucketNumber = 1,
  nextBucket,
}: Pick<Config, "bucket" | "bucketNumber" | "nextBucket">): readonly [NumberedConfig, ...NumberedConfig[]] {
  const first = { bucket, number: bucketNumber };
  return nextBucket === undefined ? [first] : [first, nextBucket];
}

export function describeBuckets(buckets: readonly NumberedConfig[]): BucketSettings[] {
  return buckets.map(({ number, bucket }) => ({ number, place: placeOf(bucket), title: titleOf(bucket) }));
}

/** Returns the location of a bucket as text. The database stores this text and compares it at each start, so its form must not change. */
export function placeOf(bucket: BucketConfig): string {
  const server = bucket.kind === "embedded" ? "embedded" : (bucket.endpoint ?? `aws ${bucket.region}`);
  return [server, bucket.name, bucket.keyPrefix].join(" ");
}

/** Returns the name of the bucket for the start of a sentence. */
function titleOf(bucket: BucketConfig): string {
  if (bucket.kind === "embedded") return "The built-in bucket";
  const prefix = bucket.keyPrefix === "" ? "" : ` with the prefix ${bucket.keyPrefix}`;
  return `The bucket ${bucket.name}${prefix} at ${bucket.endpoint ?? `AWS ${bucket.region}`}`;
}

/**
 * The kind of tracing span for each call to the bucket. Undefined: the call has no span, because it does no I/O or returns a list of pages.
 */
const BUCKET_SPANS: Record<keyof Bucket, "signing" | "bucket" | undefined> = {
  presignGet: "signing",
  presignPut: "signing",
  presignPart: "signing",
  createMultipart: "bucket",
  listParts: "bucket",
  completeMultipart: "bucket",
  abortMultipart: "bucket",
  store: "bucket",
  head: "bucket",
  readSmall: "bucket",
  readStart: "bucket",
  read: "bucket",
  computeChecksum: "bucket",
  copy: "bucket",
  delete: "bucket",
  discardParts: "bucket",
  probe: "bucket",
  tryCapabilities: "bucket",
  urlOrigin: undefined,
  origins: undefined,
  copiesOf: undefined,
  downloadOrigin: undefined,
  newObjectKey: undefined,
  listObjects: undefined,
  listMultiparts: undefined,
  isOwnKey: undefined,
  objectKeyOf: undefined,
  close: undefined,
};

/** Adds tracing spans to the calls of a database: access queries, the audit log, other queries and transactions. */
export function traceDatabase(db: Database, inSpan: InSpan): Database {
  const trace: NonNullable<Tx["trace"]> = (name, queries) => traceCalls(queries, { inSpan, prefixOf: () => name });
  return {
    ...db,
    trace,
    built: new Map([...db.built].map(([define, queries]) => [define, trace(define.name, queries)])),
    transaction: (work, options) =>
      inSpan("database.transaction", () => db.transaction((tx) => work({ ...tx, trace }), options)),
    probe: () => inSpan("database.probe", () => db.probe()),
  };
}

export function traceBucket(bucket: Bucket, inSpan: InSpan): Bucket {
  return traceCalls(bucket, { inSpan, prefixOf: (name) => BUCKET_SPANS[name] });
}

type CallOptions<T> = { inSpan: InSpan; prefixOf: (name: keyof T) => string | undefined };

function traceCalls<T extends object>(part: T, { inSpan, prefixOf }: CallOptions<T>): T {
  const members = Object.entries(part).map(([name, member]) => {
    const prefix = prefixOf(name as keyof T);
    if (typeof member !== "function" || prefix === undefined) return [name, member];
    const spanName = `${prefix}.${name}`;
    return [name, (...args: unknown[]) => inSpan(spanName, () => member.apply(part, args))];
  });
  return Object.fromEntries(members) as T;
}
