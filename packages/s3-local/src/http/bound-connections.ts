import type { Socket } from "node:net";
import type { Exchange } from "./request.ts";

/** The requests that one connection may send before it has read the response to the first request. */
const PIPELINED_REQUESTS = 100;

/**
 * Makes a function that starts requests, and limits the memory that one connection can use. A request starts after the client has read
 * the previous response, so a client that reads nothing has one response in memory. The connection of a client that sends too many requests
 * ahead is cut. By default, Node handles all requests of a connection at the same time, and holds all their responses.
 */
export function boundConnections(start: (exchange: Exchange) => void): (exchange: Exchange) => void {
  const queues = new WeakMap<Socket, Exchange[]>();
  return (exchange) => {
    const { socket } = exchange.incoming;
    // Node parses 64 KiB of requests in one step, even after the connection is cut.
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
      // A new turn of the event loop lets the bucket read other connections. When the client is gone, its requests are dropped.
      if (next !== undefined) setImmediate(() => socket.writable && start(next));
    });
    queue.push(exchange);
    if (queue.length === 1) start(exchange);
  };
}

/** Cuts a connection with many open requests. Node makes an error for each request, and so many stack traces would block the bucket. */
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
