import { createServer, connect as netConnect, type Server, type Socket } from "node:net";

/** A proxy to a server. It can cut connections (reset them and refuse new ones), stall them (forward no byte), and repair them. */
export class TcpProxy {
  readonly #target: { host: string; port: number; onSent?: (bytes: Buffer) => void };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #stalled = false;

  /** The proxy calls `onSent` with the bytes that clients send. */
  constructor(target: { host: string; port: number; onSent?: (bytes: Buffer) => void }) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#pass(socket));
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** Resets all connections, and refuses new connections. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Accepts connections and keeps them open, but forwards no byte. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  async mend(): Promise<void> {
    this.#stalled = false;
    // The repair closes the stalled connections. A real network failure that lasts longer than the server's timeouts has the same effect.
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server === undefined) await this.listen();
  }

  #pass(client: Socket): void {
    this.#keep(client);
    if (this.#stalled) {
      client.pause();
      return;
    }
    const server = netConnect(this.#target.port, this.#target.host);
    this.#keep(server);
    client.on("data", (data) => {
      this.#target.onSent?.(data);
      server.write(data);
    });
    server.on("data", (data) => client.write(data));
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // Ignores errors of the socket, because the proxy resets connections.
    socket.on("error", () => undefined);
  }
}
