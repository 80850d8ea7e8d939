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

/** The options of `startS3Local`. */
export type S3LocalOptions = {
  /** The folder for the objects. The bucket creates a missing folder, and locks the folder against other processes. */
  dataDir: string;
  /** The address on which the bucket listens. Default: 127.0.0.1. */
  host?: string;
  /** The port. Default: 0, for a free port that the operating system picks. */
  port?: number;
  /** The region that clients must sign for. Default: us-east-1. */
  region?: string;
  /** The only access key that the bucket accepts. */
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** The names of the buckets. The start creates missing buckets. */
  buckets?: string[];
  /**
   * The CORS rule of the `buckets`. Each start replaces the rule of the previous start, because the URL of the application may have
   * changed. All other rules of the buckets stay.
   */
  cors?: InitialCors;
  /** How long a body can still arrive after its presigned URL has expired, in milliseconds. Default: 240,000. */
  lateBodyMs?: number;
  /** Returns the current time in milliseconds since 1970. Default: Date.now. */
  now?: () => number;
  /** Called for every request, and for every failure with its cause. */
  logger?: (event: BucketEvent) => void;
};

export type S3Local = {
  endpoint: string;
  port: number;
  /** Starts a backup of the data folder. Rejects while another backup runs. */
  startBackup(): Promise<BucketBackup>;
  /**
   * Stops the bucket. Running requests can finish within `withinMs` milliseconds. After this time, the bucket closes the connections of
   * running requests. Default of `withinMs`: 8,000.
   */
  close(options?: { withinMs?: number }): Promise<void>;
};

const MAX_HEADER_BYTES = 32 * 1024;
const IDLE_TIMEOUT_MS = 120_000;
/** Longer than the idle timeouts of proxies, so that the proxy closes a connection first. Caddy waits for 120 seconds. */
const KEEP_ALIVE_TIMEOUT_MS = 130_000;
// Most requests finish within 8 seconds. Service managers wait longer before they kill the process.
const CLOSE_GRACE_MS = 8_000;
const CLOSE_IDLE_INTERVAL_MS = 50;
// Must be less than LATE_PUT_GRACE_MS of the service, which counts a deleted file for this time after its URL expires. The difference is
// the time in which the bucket can store the body.
const LATE_BODY_MS = 240_000;

/**
 * Starts an S3 endpoint on the local disk: path style, one access key, and a verified signature for every request.
 *
 * Throws if another process uses the data folder, if a bucket name is invalid, or if the port is in use.
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

/** Creates the HTTP server. `settled` waits for running requests, which can still change the database after their connection is closed. */
function createHttpServer(handle: ReturnType<typeof createHandler>) {
  // An `import` would read all exports of node:http, and so load its client, `fetch` and HTTP/2.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true });
  const running = new Set<Promise<void>>();
  const accept = boundConnections((exchange) => {
    const handled = handle(exchange).finally(() => running.delete(handled));
    running.add(handled);
  });
  server.on("request", (incoming, outgoing) => accept({ incoming, outgoing, expectsContinue: false }));
  server.on("checkContinue", (incoming, outgoing) => accept({ incoming, outgoing, expectsContinue: true }));
  // Some clients send an empty Expect header, which means that they do not wait. Node.js treats an empty Expect header as an unknown
  // expectation.
  server.on("checkExpectation", (incoming, outgoing) => {
    if (incoming.headers.expect === "") accept({ incoming, outgoing, expectsContinue: false });
    else outgoing.writeHead(417).end();
  });
  // A request has no time limit, because a large part can take hours on a slow connection. Only connections without a request time out.
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

/** The ID of the CORS rule that each start of the bucket replaces. */
const START_RULE = "valetkey-start";

/** Makes the CORS rule of a start, with defaults for missing fields. */
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

/** The maximum number of requests that a client can send on one connection before it reads the first response. */
const PIPELINED_REQUESTS = 100;

/**
 * Makes a function that starts requests, and limits the memory of each connection. Node.js would handle all requests of a connection in
 * parallel, and keep all their responses in memory. With the limit, a request starts only after the client has read the previous response.
 * The bucket closes a connection with too many waiting requests.
 */
export function boundConnections(start: (exchange: Exchange) => void): (exchange: Exchange) => void {
  const queues = new WeakMap<Socket, Exchange[]>();
  return (exchange) => {
    const { socket } = exchange.incoming;
    // Node.js parses up to 64 KiB of requests in one step, even if the bucket closes the connection meanwhile.
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
      // The next request starts in a new turn of the event loop, so that the bucket can read other connections first. If the client has
      // disconnected, the next request is dropped.
      if (next !== undefined) setImmediate(() => socket.writable && start(next));
    });
    queue.push(exchange);
    if (queue.length === 1) start(exchange);
  };
}

/** How long the stopping bucket waits for the first byte of a new connection. */
const FIRST_BYTE_MS = 500;

/**
 * Makes `closeIdleConnections` also close connections that have not sent a byte. Browsers open such connections in advance, and they would
 * delay a stop.
 */
export function closeUnusedConnections(server: Server): void {
  const openedAt = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once("close", () => openedAt.delete(socket));
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    // The delay lets Node.js first read bytes that have already arrived.
    setImmediate(() => {
      const before = performance.now() - FIRST_BYTE_MS;
      for (const [socket, at] of openedAt) if (socket.bytesRead === 0 && at < before) socket.destroy();
    });
  };
}

/** Closes a connection without stack traces. Node.js makes an error for each open request, and many stack traces would block the bucket. */
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
