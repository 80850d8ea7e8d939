import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import { httpLimits } from "./http-limits.ts";
import type { App } from "./route-types.ts";

/**
 * Bounds what one connection makes the service hold. A request starts after the client has read the response before it, so a client
 * that reads nothing has one response in memory. A client that reads a response too slowly, or sends too many requests at once, is cut.
 * By default, Node handles all requests of a connection at the same time, and holds all their responses.
 */
export function boundConnections(app: App, limits: { readWithinMs?: number } = {}): void {
  const { readWithinMs = httpLimits.readWithinMs } = limits;
  /** How to start the requests of a connection, in their order. The first one has started. */
  const queues = new WeakMap<Socket, (() => void)[]>();

  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    const response = reply.raw;
    const queue = queues.get(socket) ?? [];
    queues.set(socket, queue);
    // A request that waits is started by the one before it, and must not appear in its trace.
    queue.push(queue.length === 0 ? done : AsyncLocalStorage.bind(done));
    if (queue.length > httpLimits.pipelinedRequests) {
      socket.destroy();
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    response.once("prefinish", () => {
      // The kernel takes a short response at once. Most responses need no timer.
      if (socket.writableLength > 0) timer = setTimeout(() => socket.destroy(), readWithinMs);
    });
    response.once("close", () => {
      clearTimeout(timer);
      queue.shift();
      // In a new turn of the event loop, so that other connections are read. Without a client, its requests are dropped.
      if (queue.length > 0) setImmediate(() => socket.destroyed || queue[0]?.());
    });
    if (queue.length === 1) done();
  });
}
