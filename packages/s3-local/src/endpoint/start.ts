import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createPostVerifier, createVerifier } from "@valetkey/presign";
import { createArrivingBodies } from "../body/arriving-bodies.ts";
import type { Exchange } from "../http/request.ts";
import { isBucketName } from "../operations/buckets.ts";
import type { Context } from "../operations/operation.ts";
import type { BucketBackup } from "../store/backup.ts";
import type { CorsRule } from "../store/buckets.ts";
import { openStore, type Store } from "../store/store.ts";
import { type BucketEvent, createHandler } from "./handler.ts";

/** A CORS rule. With the defaults, a page of an allowed origin can upload and download files. */
export type InitialCors = {
  allowedOrigins: string[];
  allowedMethods?: string[];
  allowedHeaders?: string[];
  exposeHeaders?: string[];
  maxAgeSeconds?: number;
};

/** The options for the start of the built-in bucket. */
export type S3LocalOptions = {
  /**
   * The folder for the objects. The bucket creates the folder if the folder does not exist, and locks the folder against a second process.
   */
  dataDir: string;
  /** The default of `host` is 127.0.0.1. */
  host?: string;
  /** The default of `port` is 0, with which the operating system picks a free port. */
  port?: number;
  /** The region for which clients must sign. The default of `region` is us-east-1. */
  region?: string;
  /** The only access key whose signatures the bucket accepts. */
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** The names of the buckets. The start creates each bucket that does not exist. */
  buckets?: string[];
  /**
   * The CORS rule of the `buckets`. Each start replaces the rule of the last start, because the address of the application may be new. The
   * buckets keep all other rules.
   */
  cors?: InitialCors;
  /**
   * The time after the expiry of a presigned URL in which a body can still arrive, in milliseconds. The default of `lateBodyMs` is 240,000.
   */
  lateBodyMs?: number;
  /** Returns the current time in milliseconds since 1970. The default of `now` is Date.now. */
  now?: () => number;
  /** The bucket calls `logger` for every request, and for every failure with its cause. */
  logger?: (event: BucketEvent) => void;
};

export type S3Local = {
  endpoint: string;
  port: number;
  /** Starts a backup of the data folder. The function `startBackup` rejects while another backup runs. */
  startBackup(): Promise<BucketBackup>;
  /**
   * Stops the built-in bucket. Running requests can finish within `withinMs` milliseconds. After `withinMs` milliseconds, the bucket cuts
   * the connections of running requests. The default of `withinMs` is 8,000.
   */
  close(options?: { withinMs?: number }): Promise<void>;
};

const MAX_HEADER_BYTES = 32 * 1024;
const IDLE_TIMEOUT_MS = 120_000;
/** Longer than the idle timeouts of proxies, which then close first. Caddy waits for 120 seconds. */
const KEEP_ALIVE_TIMEOUT_MS = 130_000;
// Most requests to the bucket finish within 8 seconds. A service manager kills the process only after a longer time.
const CLOSE_GRACE_MS = 8_000;
const CLOSE_IDLE_INTERVAL_MS = 50;
// The limit `LATE_BODY_MS` must be less than LATE_PUT_GRACE_MS of the service. The service counts a deleted file until LATE_PUT_GRACE_MS
// after its URL expires. The difference is the time that the bucket has to store the body.
const LATE_BODY_MS = 240_000;

/**
 * Starts an S3 endpoint on the local disk: path style, one access key, and a verified signature for every request.
 *
 * The function `startS3Local` throws if another process uses the data folder, if a bucket name is invalid, or if the port is in use.
 *
 * @example
 * ```ts
 * import { createPresigner } from "@valetkey/presign";
 * import { startS3Local } from "@valetkey/s3-local";
 *
 * const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
 * const bucket = await startS3Local({ dataDir: "data", credentials, buckets: ["files"] });
 * const presigner = createPresigner({ bucket: "files", region: "us-east-1", endpoint: bucket.endpoint });
 * const signing = { key: "hello.txt", credentials, expiresInSeconds: 60, now: Date.now() };
 * await fetch(presigner.presignPut(signing).url, { method: "PUT", body: "hello" });
 * console.log(await (await fetch(presigner.presignGet(signing).url)).text()); // hello
 * await bucket.close();
 * ```
 */
export async function startS3Local(options: S3LocalOptions): Promise<S3Local> {
  const { region = "us-east-1", now = Date.now, logger = () => {}, host = "127.0.0.1", credentials } = options;
  const invalid = options.buckets?.find((name) => !isBucketName(name));
  if (invalid !== undefined) throw new Error(`Not a bucket name: ${invalid}`);
  const store = await openStore(options.dataDir);
  const bodies = createArrivingBodies({ now, lateMs: options.lateBodyMs ?? LATE_BODY_MS });
  const context = { store, bodies, region, now };
  const findCredentials = (accessKeyId: string) => (accessKeyId === credentials.accessKeyId ? credentials : undefined);
  const verify = createVerifier({ region, findCredentials });
  const verifyPost = createPostVerifier({ region, findCredentials });
  const { server, settled } = createHttpServer(createHandler({ context, verify, verifyPost, logger }));
  try {
    store.swept.then(
      (blobs) => blobs > 0 && logger({ type: "swept", blobs }),
      (error) => logger({ type: "failure", requestId: "", error }),
    );
    await createBuckets(context, options);
    const port = await listen(server, { host, port: options.port ?? 0 });
    const shown = host.includes(":") ? `[${host}]` : host;
    return {
      endpoint: `http://${shown}:${port}`,
      port,
      startBackup: store.backups.start,
      close: ({ withinMs = CLOSE_GRACE_MS } = {}) => close(server, { settled, store, withinMs }),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Creates the HTTP server. `settled` waits for running requests, which can commit after their connection is closed. */
function createHttpServer(handle: ReturnType<typeof createHandler>) {
  // An `import` reads all exports of node:http, which would load the client `fetch` and HTTP/2.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true });
  const running = new Set<Promise<void>>();
  const accept = boundConnections((exchange) => {
    const handled = handle(exchange).finally(() => running.delete(handled));
    running.add(handled);
  });
  server.on("request", (incoming, outgoing) => accept({ incoming, outgoing, expectsContinue: false }));
  server.on("checkContinue", (incoming, outgoing) => accept({ incoming, outgoing, expectsContinue: true }));
  // Some clients send an empty Expect header to show that the client does not wait. Node.js treats an empty Expect header as an unknown
  // expectation.
  server.on("checkExpectation", (incoming, outgoing) => {
    if (incoming.headers.expect === "") accept({ incoming, outgoing, expectsContinue: false });
    else outgoing.writeHead(417).end();
  });
  // Requests have no time limit, because a large part can take hours on a slow connection. Only connections without a request time out.
  server.requestTimeout = 0;
  server.timeout = IDLE_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  closeUnusedConnections(server);
  return { server, settled: () => Promise.all(running) };
}

async function createBuckets({ store, now }: Context, { buckets = [], cors }: S3LocalOptions): Promise<void> {
  await store.write(() => {
    for (const name of buckets) {
      store.buckets.create(name, now());
      if (cors === undefined) continue;
      const others = (store.buckets.get(name).cors ?? []).filter(({ id }) => id !== START_RULE);
      store.buckets.setCors(name, [withCorsDefaults(cors), ...others]);
    }
  });
}

/** The ID of the CORS rule that each start replaces. */
const START_RULE = "valetkey-start";

/** Makes the CORS rule of the start from the given fields, with defaults for all missing fields. */
function withCorsDefaults(cors: InitialCors): CorsRule {
  return {
    id: START_RULE,
    allowedMethods: ["GET", "HEAD", "PUT", "POST", "DELETE"],
    allowedHeaders: ["*"],
    exposeHeaders: [
      "ETag",
      "Content-Range",
      "Accept-Ranges",
      "Content-Length",
      "x-amz-request-id",
      "x-amz-checksum-sha256",
    ],
    maxAgeSeconds: 3000,
    ...cors,
  };
}

function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => resolve((server.address() as AddressInfo).port));
  });
}

type Closing = { settled: () => Promise<unknown>; store: Store; withinMs: number };

async function close(server: Server, { settled, store, withinMs }: Closing): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), withinMs);
  // `server.close` closes idle connections only once. A connection that becomes idle later would keep the server open.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_INTERVAL_MS);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  clearTimeout(cut);
  await settled();
  await store.close();
}

/** The maximum number of requests that a client can send on one connection before the client has read the first response. */
const PIPELINED_REQUESTS = 100;

/**
 * Makes a function that starts requests, and limits the memory of one connection. By default, Node.js handles all requests of a connection
 * in parallel, and holds all responses of the connection. With the limit, a request starts only after the client has read the previous
 * response. The bucket holds only one response for a client that does not read. The bucket cuts a connection with too many waiting
 * requests.
 */
export function boundConnections(start: (exchange: Exchange) => void): (exchange: Exchange) => void {
  const queues = new WeakMap<Socket, Exchange[]>();
  return (exchange) => {
    const { socket } = exchange.incoming;
    // Node.js parses up to 64 KiB of requests in one step, even if the bucket cuts the connection during the step.
    if (socket.destroyed) return;
    const queue = queues.get(socket) ?? [];
    queues.set(socket, queue);
    if (queue.length >= PIPELINED_REQUESTS) {
      queue.length = 0;
      cut(socket);
      return;
    }
    exchange.outgoing.once("close", () => {
      queue.shift();
      const [next] = queue;
      // The next request starts in a new turn of the event loop, so that the bucket can read other connections first. The bucket drops the
      // next request if the client has disconnected.
      if (next !== undefined) setImmediate(() => socket.writable && start(next));
    });
    queue.push(exchange);
    if (queue.length === 1) start(exchange);
  };
}

/** The time limit for the first byte of a new connection while the bucket stops. */
const FIRST_BYTE_MS = 500;

/** Makes `closeIdleConnections` also close connections without a byte, which browsers open in advance. They would delay a close. */
export function closeUnusedConnections(server: Server): void {
  const openedAt = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once("close", () => openedAt.delete(socket));
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    // The delay lets Node.js first read the bytes that have already arrived.
    setImmediate(() => {
      const before = performance.now() - FIRST_BYTE_MS;
      for (const [socket, at] of openedAt) if (socket.bytesRead === 0 && at < before) socket.destroy();
    });
  };
}

/** Cuts a connection without stack traces. Node.js makes an error for each open request, and many stack traces would block the bucket. */
function cut(socket: Socket): void {
  const { stackTraceLimit } = Error;
  socket.prependOnceListener("close", () => {
    Error.stackTraceLimit = 0;
  });
  socket.once("close", () => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  socket.destroy();
}
