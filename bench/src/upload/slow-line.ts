import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A connection to a server through a proxy, with a delay in each direction. */
export type SlowLine = { url: string; close(): Promise<void> };

/**
 * Opens a TCP proxy that delivers each chunk `delayMs` later, in each direction. Only bytes are delayed. A new connection opens without a
 * delay, which favors clients that open many connections.
 */
export async function openSlowLine(target: string, delayMs: number): Promise<SlowLine> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      const late = (deliver: () => void) => setTimeout(() => to.destroyed || deliver(), delayMs);
      from.on("data", (chunk) => late(() => to.write(chunk)));
      from.on("close", () => {
        sockets.delete(from);
        late(() => to.end());
      });
      // A broken connection also emits `close`.
      from.on("error", () => undefined);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
