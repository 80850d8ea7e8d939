import type { Bucket } from "../platform/bucket/port.ts";
import type { Queries } from "../platform/database/port.ts";
import type { InSpan } from "../platform/tracing/in-span.ts";
import type { openSqlite } from "./database/index.ts";

type OpenDatabase = Awaited<ReturnType<typeof openSqlite>>;

const QUERY_SPANS: Record<keyof Queries, string> = {
  access: "access",
  callers: "database.callers",
  audit: "audit",
  notes: "database.notes",
  searchIndex: "database.searchIndex",
  attachments: "database.attachments",
  uploads: "database.uploads",
  shares: "database.shares",
  invitations: "database.invitations",
  accessRequests: "database.accessRequests",
  accessSummaries: "database.accessSummaries",
  people: "database.people",
  identities: "database.identities",
  disabledUsers: "database.disabledUsers",
  apiTokens: "database.apiTokens",
  trash: "database.trash",
  changes: "database.changes",
  credentials: "database.credentials",
  adoptions: "database.adoptions",
  objectDeletions: "database.objectDeletions",
  verifications: "database.verifications",
  bucketCapabilities: "database.bucketCapabilities",
  usage: "database.usage",
  queues: "database.queues",
  inventory: "database.inventory",
  limitCounts: "database.limitCounts",
  links: "database.links",
  visitorFiles: "database.visitorFiles",
  linkVisits: "database.linkVisits",
  linkRecipients: "database.linkRecipients",
  items: "database.items",
  fileEvents: "database.fileEvents",
  mails: "database.mails",
  mailPreferences: "database.mailPreferences",
  accounts: "database.accounts",
  accountDeletions: "database.accountDeletions",
  accountInvitations: "database.accountInvitations",
  policy: "database.policy",
  secondFactors: "database.secondFactors",
  passkeys: "database.passkeys",
  application: "database.application",
  administration: "database.administration",
  webhooks: "database.webhooks",
};

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
export function traceDatabase(db: OpenDatabase, inSpan: InSpan): OpenDatabase {
  return {
    ...db,
    ...traceQueries(db, inSpan),
    urlAudit: { ...db.urlAudit, record: (event) => inSpan("audit.record", () => db.urlAudit.record(event)) },
    transaction: (work, options) =>
      inSpan("database.transaction", () => db.transaction((queries) => work(traceQueries(queries, inSpan)), options)),
    probe: () => inSpan("database.probe", () => db.probe()),
  };
}

/** Adds tracing spans to signing, and to the calls to the bucket. */
export function traceBucket(bucket: Bucket, inSpan: InSpan): Bucket {
  return traceCalls(bucket, { inSpan, prefixOf: (name) => BUCKET_SPANS[name] });
}

function traceQueries(queries: Queries, inSpan: InSpan): Queries {
  const traced = Object.entries(QUERY_SPANS).map(([noun, prefix]) => [
    noun,
    traceCalls(queries[noun as keyof Queries], { inSpan, prefixOf: () => prefix }),
  ]);
  return Object.fromEntries(traced) as Queries;
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
