import type { Bucket } from "../platform/bucket/port.ts";
import type { Database, Tx } from "../platform/database/queries.ts";
import type { InSpan } from "../platform/tracing/open-telemetry.ts";

/** The kind of span for each call to the bucket. Undefined: the call has no span, because it does no I/O or returns a list of pages. */
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
  readStart: "bucket",
  read: "bucket",
  computeChecksum: "bucket",
  copy: "bucket",
  delete: "bucket",
  discardParts: "bucket",
  canRead: "bucket",
  probe: "bucket",
  tryCapabilities: "bucket",
  urlOrigin: undefined,
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

/** Adds tracing spans to signing, and to the calls to the bucket. */
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
