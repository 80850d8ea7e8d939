import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { nodeHttp } from "../modules.ts";
import { httpLimits } from "./http-limits.ts";

type Connection = {
  /** The number of requests without a complete response. Only the first of these requests is running. */
  open: number;
  /** The functions that start the waiting requests, in order. */
  waiting: (() => void)[];
  /** Closes the connection if the client does not read the response in time. */
  timer: NodeJS.Timeout | undefined;
  startTimer(): void;
  startNext(): void;
};

type Limits = { readWithinMs?: number };

/** Creates the server of the HTTP application, with limits for each connection (see `boundConnections`). */
export function createBoundServer(handle: RequestListener, limits?: Limits): Server {
  const { headerBytes: maxHeaderSize, headersTimeoutMs: headersTimeout } = httpLimits;
  const server = nodeHttp.createServer({ maxHeaderSize, headersTimeout }, boundConnections(handle, limits));
  // The server limits the idle time of a request, and not its total time, so that a long upload can finish.
  server.setTimeout(httpLimits.idleTimeoutMs);
  server.requestTimeout = 0;
  server.keepAliveTimeout = httpLimits.keepAliveTimeoutMs;
  closeUnusedConnections(server);
  return server;
}

/**
 * Makes `closeIdleConnections` also close connections that never sent a byte. Browsers open such connections in advance. Without this
 * change, such connections would delay the shutdown.
 */
function closeUnusedConnections(server: Server): void {
  const openedAt = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once("close", () => openedAt.delete(socket));
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    // During this delay, Node.js reads the bytes that have already arrived. The first bytes of a new connection may still be on their way.
    setImmediate(() => {
      const before = performance.now() - httpLimits.firstByteMs;
      for (const [socket, at] of openedAt) if (socket.bytesRead === 0 && at < before) socket.destroy();
    });
  };
}

/**
 * Limits the memory that one connection can use. The service starts a request only after the client has read the previous response, so only
 * one response is in memory. The server closes the connection if the client reads a response too slowly, or sends too many requests without
 * reading. By default, Node.js would handle all requests of a connection in parallel, and hold all responses.
 *
 * These checks run before `handle`, because Node.js parses up to 64 KiB of requests at a time, even after the server has closed the
 * connection.
 */
function boundConnections(
  handle: RequestListener,
  { readWithinMs = httpLimits.readWithinMs }: Limits = {},
): RequestListener {
  const connections = new WeakMap<Socket, Connection>();

  function open(socket: Socket): Connection {
    const waiting: Connection["waiting"] = [];
    const connection: Connection = {
      open: 0,
      waiting,
      timer: undefined,
      startTimer() {
        // The kernel accepts a short response immediately, so most responses need no timer.
        if (socket.writableLength > 0) connection.timer = setTimeout(() => socket.destroy(), readWithinMs);
      },
      startNext() {
        clearTimeout(connection.timer);
        connection.open -= 1;
        const next = waiting.shift();
        // The next request starts in the next turn of the event loop, so that the service first reads from other connections. The next
        // request is dropped if the client has disconnected.
        if (next !== undefined) setImmediate(() => socket.writable && next());
      },
    };
    socket.once("close", () => clearTimeout(connection.timer));
    connections.set(socket, connection);
    return connection;
  }

  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const connection = connections.get(socket) ?? open(socket);
    if (connection.open >= httpLimits.pipelinedRequests) {
      connection.waiting.length = 0;
      cut(socket);
      return;
    }
    response.on("prefinish", connection.startTimer).on("close", connection.startNext);
    connection.open += 1;
    if (connection.open === 1) handle(request, response);
    // Without this binding, a waiting request would run in the async context of the previous request, and appear in its trace.
    else connection.waiting.push(AsyncLocalStorage.bind(() => handle(request, response)));
  };
}

/** Closes a connection with many open requests. The errors of these requests get no stack traces, which would block the service. */
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
