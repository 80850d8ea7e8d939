import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "../http/request.ts";

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

/**
 * Makes `closeIdleConnections` also close connections that never sent a byte. Browsers open unused connections in advance, and an unused
 * connection would keep a closing server open.
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
