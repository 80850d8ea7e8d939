import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { httpLimits } from "./http-limits.ts";

type Connection = {
  /** The functions that start the requests of the connection, in order. The first request has started. */
  queue: (() => void)[];
  /** Cuts the client unless it reads the response in time. */
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
 * reads nothing has one response in memory. A client that reads a response too slowly, or sends too many requests at once, is cut. By
 * default, Node handles all requests of a connection at the same time, and holds all their responses.
 *
 * The check runs before `handle`, because Node parses 64 KiB of requests in one go, also after the connection is cut.
 */
function boundConnections(
  handle: RequestListener,
  { readWithinMs = httpLimits.readWithinMs }: Limits = {},
): RequestListener {
  const connections = new WeakMap<Socket, Connection>();

  function open(socket: Socket): Connection {
    const queue: Connection["queue"] = [];
    const connection: Connection = {
      queue,
      timer: undefined,
      startTimer() {
        // The kernel accepts a short response at once, so most responses need no timer.
        if (socket.writableLength > 0) connection.timer = setTimeout(() => socket.destroy(), readWithinMs);
      },
      startNext() {
        clearTimeout(connection.timer);
        queue.shift();
        // A new turn of the event loop lets the service read other connections. When the client is gone, its requests are dropped.
        if (queue.length > 0) setImmediate(() => socket.writable && queue[0]?.());
      },
    };
    socket.once("close", () => clearTimeout(connection.timer));
    connections.set(socket, connection);
    return connection;
  }

  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const { queue, startTimer, startNext } = connections.get(socket) ?? open(socket);
    if (queue.length >= httpLimits.pipelinedRequests) {
      queue.length = 0;
      cut(socket);
      return;
    }
    response.on("prefinish", startTimer).on("close", startNext);
    const start = () => handle(request, response);
    // The previous request starts a waiting request. The waiting request must not appear in the trace of the previous request.
    queue.push(queue.length === 0 ? start : AsyncLocalStorage.bind(start));
    if (queue.length === 1) start();
  };
}

/** Cuts a connection with many open requests. Node makes an error for each request, and so many stack traces would block the service. */
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
