import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { httpLimits } from "./http-limits.ts";

type Connection = {
  /** The number of requests without a complete response. The first of them has started. */
  open: number;
  /** The functions that start the other requests, in order. */
  waiting: (() => void)[];
  /** Cuts the connection if the client does not read the response in time. */
  timer: NodeJS.Timeout | undefined;
  startTimer(): void;
  startNext(): void;
};

type Limits = { readWithinMs?: number };

/** Creates the server of the HTTP application, whose connections are bounded. */
export function createBoundServer(handle: RequestListener, limits?: Limits): Server {
  const { headerBytes: maxHeaderSize, headersTimeoutMs: headersTimeout } = httpLimits;
  const server = createServer({ maxHeaderSize, headersTimeout }, boundConnections(handle, limits));
  // Limits idle time, not total time, so that a long upload can finish.
  server.setTimeout(httpLimits.idleTimeoutMs);
  server.requestTimeout = 0;
  server.keepAliveTimeout = httpLimits.keepAliveTimeoutMs;
  return server;
}

/**
 * Limits the memory that one connection can use. A request starts after the client has read the previous response, so a client that
 * reads nothing has one response in memory. A client that reads a response too slowly, or sends too many requests without reading, is cut.
 * By default, Node handles all requests of a connection at the same time, and holds all their responses.
 *
 * The check runs before `handle`, because Node parses up to 64 KiB of requests at a time, even after the connection was cut.
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
        // Waits for a new turn of the event loop, so that the service reads other connections first. Drops the requests of a client that
        // is gone.
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
    // A waiting request starts in the context of the previous request. Without the binding, it would appear in the trace of that request.
    else connection.waiting.push(AsyncLocalStorage.bind(() => handle(request, response)));
  };
}

/**
 * Cuts a connection with many open requests. Otherwise Node makes an error for each request, and many stack traces would block the
 * service.
 */
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
