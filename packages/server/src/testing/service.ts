import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import type { LightMyRequestResponse } from "fastify";
import { v7 as uuidv7 } from "uuid";
import { createAuthenticator } from "../features/accounts/callers/authenticator.ts";
import { createAccounts } from "../features/accounts/library/accounts.ts";
import { type MailFailure, mailWork } from "../features/mail/jobs.ts";
import { createLivePolicy, fixedPolicy, withPolicy } from "../features/policy/live-policy.ts";
import { policyQueries } from "../features/policy/queries.ts";
import { webhookWork } from "../features/webhooks/deliver.ts";
import { reportUrls } from "../features/webhooks/jobs.ts";
import type { BucketOptions } from "../platform/bucket/bucket.ts";
import { type Bucket, type BucketCapabilities, LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "../platform/bucket/testing/bucket-server.ts";
import { defaultLimits, type Limits } from "../platform/config/limits.ts";
import type { Database } from "../platform/database/queries.ts";
import type { Deps } from "../platform/deps.ts";
import type { App } from "../platform/http/routes.ts";
import { runDueWork } from "../platform/jobs/runner.ts";
import type { Mailer } from "../platform/mailer/smtp.ts";
import { createWebhookSender } from "../platform/outgoing/send-webhook.ts";
import type { Policy, PolicyName } from "../platform/policy.ts";
import { type AppOptions, buildApp } from "../wiring/app.ts";
import { createUseCases } from "../wiring/use-cases.ts";
import { signTestJwt, TEST_JWT_SECRET } from "./auth/test-jwt.ts";
import type { TestDatabase, TestEngine } from "./database/test-databases.ts";
import { type Form, multipartBody } from "./form.ts";
import { testLinkKeys } from "./link-keys.ts";

export const EVERY_CAPABILITY = Object.fromEntries(
  Object.keys(LEAST_CAPABILITIES).map((name) => [name, true]),
) as BucketCapabilities;

const PUBLIC_URL = "https://files.example.com";

/** A fixed report, because the real doctor is part of `wiring`, which the test service does not use. */
const healthyReport = {
  ranAt: "2026-01-01T00:00:00.000Z",
  provider: "embedded",
  worst: "healthy" as const,
  findings: [],
  unchecked: [],
  checked: ["this machine"],
  browser: { put: { url: "https://bucket.example/put", headers: {} }, getUrl: "https://bucket.example/get" },
};

export type ServiceOptions = {
  engine: TestEngine;
  limits?: Partial<Limits>;
  app?: Partial<AppOptions>;
  /** A bucket server that the test itself stops. Default: a new bucket server, which stops together with the service. */
  bucket?: BucketServer;
  /** The prefix of all object keys. Default: none. */
  keyPrefix?: string;
  /** The CloudFront distribution that serves downloads. Default: the bucket serves downloads. */
  cloudFront?: BucketOptions["cloudFront"];
  /** The limits of the buffers for upload forms. Default: the limits of the service. */
  partBuffers?: BucketOptions["partBuffers"];
  /** Starts another replica with the database and bucket of a service. The test must close this replica before the service. */
  beside?: Shared;
  /** The virus scanner of the service. Default: none. */
  scanning?: Deps["scanning"];
  /** The capabilities of the bucket. Default: every capability, as the built-in bucket has. */
  capabilities?: BucketCapabilities;
  /** Whether the service has sign-up, sign-in and sessions at /auth. Default: false. */
  hasAccounts?: boolean;
  /** The mailer that sends the mails of the service. Default: the service sends no mails. */
  mailer?: Mailer;
  /** Whether the service refuses webhooks to the local machine, as it does by default in production. Default: false. */
  refusesLoopback?: boolean;
  /** The URL with the keys of a second JWT issuer. Default: the service accepts only JWTs that are signed with the test secret. */
  jwksUrl?: string;
  /** The people who can create an account. Default: everybody (`open`). */
  signUp?: Policy["sign-up"];
  /** The policy rules that the operator has set. Default: none. */
  fixed?: readonly PolicyName[];
  /** Whether a share by email address needs a proven email address. Default: `optional`. */
  provenEmail?: Policy["proven-email"];
  /** Replaces or changes the bucket and the database that the use cases call. */
  wrap?: { bucket?: (bucket: Bucket) => Bucket; database?: (db: Database) => Database };
};

type Shared = { database: TestDatabase; bucketServer: BucketServer };

/** A service with a real database, bucket and authenticator. Tests send requests to this service without a socket. */
export type TestService = Awaited<ReturnType<typeof startService>>;

export async function startService({ engine, wrap = {}, ...options }: ServiceOptions) {
  let aheadMs = 0;
  const clock = () => Date.now() + aheadMs;
  const { beside } = options;
  const database = beside === undefined ? await engine.open({ clock }) : await anotherOf(beside, clock);
  const server = beside?.bucketServer ?? options.bucket ?? (await startEmbedded());
  const { keyPrefix, partBuffers, cloudFront } = options;
  const bucket = bucketOn(server, { keyPrefix, partBuffers, cloudFront });
  const db = wrap.database?.(database.db) ?? database.db;
  let onDeletionsQueued = (): void => undefined;
  const limits = {
    ...defaultLimits(),
    urlRate: undefined,
    uploadRate: undefined,
    uploadMaxBytes: 2 ** 20,
    singlePutMaxBytes: 8 * 2 ** 20,
    // The trash is off, because most tests check that a deletion immediately releases quota and objects.
    trashDays: 0,
  };
  const configured: Limits = { ...limits, ...options.limits };
  const { signUp = "open", provenEmail = "optional", fixed = [] } = options;
  const values = { ...fixedPolicy(configured).values, "sign-up": signUp, "proven-email": provenEmail };
  const policy = createLivePolicy({ values, fixed });
  const deps: Deps = {
    db,
    bucket: wrap.bucket?.(bucket) ?? bucket,
    capabilities: () => options.capabilities ?? EVERY_CAPABILITY,
    clock,
    newId: uuidv7,
    newSecret: () => randomBytes(32).toString("base64url"),
    linkKeys: testLinkKeys,
    limits: withPolicy(configured, policy),
    policy,
    jwtIssuers: options.jwksUrl === undefined ? ["jwt-secret"] : ["jwt-secret", "jwks"],
    onDeletionsQueued: () => onDeletionsQueued(),
    scanning: options.scanning,
    onVerificationQueued: () => undefined,
    onUploadEnded: () => undefined,
    webhooks: { allowsLoopback: options.refusesLoopback !== true, onQueued: () => undefined },
    mail: options.mailer && { mailer: options.mailer, publicUrl: PUBLIC_URL, onQueued: () => undefined },
  };
  const useCases = createUseCases(deps);
  const mailFailures: MailFailure[] = [];
  const accounts =
    options.hasAccounts === true
      ? createAccounts({
          db: database.db,
          useCases,
          secret: "p5Wq1YcB8sNe3RkT6vXz0LmD4hJg7aUf",
          publicUrl: PUBLIC_URL,
          signUp: () => policy.current["sign-up"],
          newId: uuidv7,
          sendsMail: options.mailer !== undefined,
        })
      : undefined;
  const log = collectLog();
  const app = buildApp({
    useCases,
    authenticate: createAuthenticator({
      jwt: { secret: TEST_JWT_SECRET, jwksUrl: options.jwksUrl },
      authenticateApiToken: useCases.authenticateApiToken,
      identifySubject: useCases.identifySubject,
      ...(accounts && { accounts }),
      publicUrl: PUBLIC_URL,
      clock,
    }),
    ...(accounts && { accounts }),
    doctor: { prove: () => undefined, examine: async () => healthyReport },
    probes: { database: () => db.probe(), bucket: () => bucket.probe() },
    publicUrl: PUBLIC_URL,
    bucketOrigins: [...new Set([new URL(server.endpoint).origin, bucket.downloadOrigin])],
    bindsUrlsToIp: cloudFront?.bindsIp ?? false,
    trustProxy: false,
    logger: { level: "trace", stream: log.stream },
    limits: deps.limits,
    requestId: uuidv7,
    ...options.app,
  });
  await app.ready();
  const webhookSender = createWebhookSender({ allowsLoopback: true });
  return {
    app,
    db,
    useCases,
    database,
    bucketServer: server,
    bucketContents: inspect(server),
    log: log.text,
    /** Reads the policy rules that administrators have changed, as the background job does. */
    refreshPolicy: () => policy.refresh(() => policyQueries(db).list()),
    /** Sends the due mails, as the background job does. Returns the number of sent mails. */
    sendMails: () => runDueWork(mailWork(deps, { onFailure: (failure) => mailFailures.push(failure) })),
    mailFailures,
    /** Summarises the issued URLs for webhooks, as the background job does. Returns the number of summaries. */
    reportUrls: reportUrls(deps),
    /** Sends the due webhook messages, as the background job does. Returns the number of messages that arrived. */
    sendWebhooks: () => runDueWork(webhookWork({ ...deps, sender: webhookSender }, { onFailure: () => undefined })),
    /** Returns the users who have a share of a note or an attachment, including users whom the owner does not see yet. */
    holdersOf: (subjectId: string) => holdersOf(database, subjectId),
    now: clock,
    /** Moves the clock of the service. The clock of the bucket does not move. */
    advance: (milliseconds: number) => {
      aheadMs += milliseconds;
    },
    /** Returns a promise that resolves when the service next queues the deletion of an object. */
    deletionQueued: () =>
      new Promise<void>((resolve) => {
        onDeletionsQueued = resolve;
      }),
    /** Returns a client that sends the bearer token of a user. */
    as: (userId: string): Client => clientOf(() => app, { userId }),
    anonymous: clientOf(() => app),
    async close() {
      await app.close();
      bucket.close();
      if (options.bucket === undefined && beside === undefined) await server.stop();
      await database.close();
    },
  };
}

async function holdersOf({ db: { kysely } }: TestDatabase, subjectId: string): Promise<string[]> {
  const ofNote = kysely.selectFrom("note_shares").select("user_id").where("note_id", "=", subjectId);
  const ofFile = kysely.selectFrom("attachment_shares").select("user_id").where("attachment_id", "=", subjectId);
  return (await ofNote.unionAll(ofFile).execute()).map((row) => row.user_id).sort();
}

async function anotherOf({ database }: Shared, clock: () => number): Promise<TestDatabase> {
  const db = await database.openAgain({ clock });
  return { ...database, db, close: () => db.close() };
}

/** Signs a bearer token for a user, as an existing application does. The email address in the token is `<userId>@example.com`. */
export function tokenOf(userId: string): Promise<string> {
  return signTestJwt({ sub: userId, email: `${userId}@example.com`, name: userId });
}

export type Answer = {
  status: number;
  headers: LightMyRequestResponse["headers"];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  body: any;
};
export type Client = ReturnType<typeof clientOf>;

/** Creates a client that sends requests without a socket, as one user or without credentials. */
export function clientOf(app: () => App, { userId }: { userId?: string } = {}) {
  let token: Promise<string> | undefined;
  async function authorization(): Promise<Record<string, string>> {
    if (userId === undefined) return {};
    token ??= tokenOf(userId);
    return { authorization: `Bearer ${await token}` };
  }
  async function send(call: string, options: { json?: unknown; form?: Form; headers?: object } = {}): Promise<Answer> {
    const [method, url] = call.split(" ") as ["GET", string];
    const form = options.form === undefined ? undefined : multipartBody(options.form);
    const response = await app().inject({
      method,
      url,
      headers: { ...(await authorization()), ...form?.headers, ...options.headers },
      ...(form === undefined ? {} : { payload: form.body }),
      ...(options.json === undefined ? {} : { payload: options.json as object }),
    });
    const { statusCode: status, headers, body: text } = response;
    const isJson = /json/.test(String(headers["content-type"]));
    return { status, headers, text, body: isJson && text !== "" ? JSON.parse(text) : undefined };
  }
  return { send };
}

function collectLog() {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}
