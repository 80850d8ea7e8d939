import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import { httpLimits } from "./http-limits.ts";
import type { App } from "./route-types.ts";

type Connection = {
  /** How to start the requests of the connection, in their order. The first one has started. */
  queue: (() => void)[];
  /** Cuts the client unless it reads the response in time. */
  timer: NodeJS.Timeout | undefined;
  startTimer(): void;
};

/**
 * Bounds what one connection makes the service hold. A request starts after the client has read the response before it, so a client
 * that reads nothing has one response in memory. A client that reads a response too slowly, or sends too many requests at once, is cut.
 * By default, Node handles all requests of a connection at the same time, and holds all their responses.
 */
export function boundConnections(app: App, limits: { readWithinMs?: number } = {}): void {
  const { readWithinMs = httpLimits.readWithinMs } = limits;
  const connections = new WeakMap<Socket, Connection>();

  function open(socket: Socket): Connection {
    const connection: Connection = {
      queue: [],
      timer: undefined,
      startTimer() {
        // The kernel takes a short response at once. Most responses need no timer.
        if (socket.writableLength > 0) connection.timer = setTimeout(() => socket.destroy(), readWithinMs);
      },
    };
    socket.once("close", () => clearTimeout(connection.timer));
    connections.set(socket, connection);
    return connection;
  }

  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    const { queue, startTimer } = connections.get(socket) ?? open(socket);
    // A request that waits is started by the one before it, and must not appear in its trace.
    queue.push(queue.length === 0 ? done : AsyncLocalStorage.bind(done));
    if (queue.length > httpLimits.pipelinedRequests) {
      socket.destroy();
      return;
    }
    reply.raw.on("prefinish", startTimer);
    if (queue.length === 1) done();
  });

  app.addHook("onResponse", (request, _reply, done) => {
    const { socket } = request.raw;
    const connection = connections.get(socket);
    clearTimeout(connection?.timer);
    const queue = connection?.queue ?? [];
    queue.shift();
    // In a new turn of the event loop, so that other connections are read. Without a client, its requests are dropped.
    if (queue.length > 0) setImmediate(() => socket.destroyed || queue[0]?.());
    done();
  });
}
