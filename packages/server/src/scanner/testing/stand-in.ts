import { createServer, type Socket } from "node:net";
import { EICAR } from "./eicar.ts";

/** A clamd that a test started, whichever it is. */
export type TestClamd = { host: string; port: number; stop(): Promise<void> };

const SIGNATURE = Buffer.from(EICAR);

/**
 * Speaks as much of clamd's protocol as is used here, and as clamd does: PING, and INSTREAM with its limit, past which it answers and
 * closes without reading on. It knows one signature, that of the EICAR test file, anywhere in a file.
 */
export async function startStandIn({ streamMaxBytes }: { streamMaxBytes: number }): Promise<TestClamd> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
    socket.on("error", () => undefined);
    answer(socket, streamMaxBytes).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: "127.0.0.1",
    port: (server.address() as { port: number }).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(socket: Socket, streamMaxBytes: number): Promise<void> {
  const read = reader(socket);
  const command = await read.untilNul();
  if (command === "zPING") socket.end("PONG\0");
  else if (command !== "zINSTREAM") socket.end("UNKNOWN COMMAND\0");
  else if (await isTooLong(read, { streamMaxBytes }))
    socket.end("INSTREAM size limit exceeded. ERROR\0", () => socket.destroy());
  else socket.end(read.found ? "stream: Eicar-Test-Signature FOUND\0" : "stream: OK\0");
}

type Reader = ReturnType<typeof reader>;

/** Reads to the piece of length 0. */
async function isTooLong(read: Reader, { streamMaxBytes }: { streamMaxBytes: number }): Promise<boolean> {
  let left = streamMaxBytes;
  for (;;) {
    const length = (await read.exactly(4)).readUInt32BE();
    if (length === 0) return false;
    left -= length;
    if (left < 0) return true;
    read.look(await read.exactly(length));
  }
}

function reader(socket: Socket) {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let found = false;

  async function more(): Promise<void> {
    const next = await chunks.next();
    if (next.done === true) throw new Error("The client closed the connection");
    held = Buffer.concat([held, next.value]);
  }

  return {
    get found() {
      return found;
    },
    async untilNul(): Promise<string> {
      while (!held.includes(0)) await more();
      const end = held.indexOf(0);
      const text = held.toString("latin1", 0, end);
      held = held.subarray(end + 1);
      return text;
    },
    async exactly(length: number): Promise<Buffer> {
      while (held.length < length) await more();
      const bytes = held.subarray(0, length);
      held = held.subarray(length);
      return bytes;
    },
    /** Also finds what the pieces of a stream have cut in two. */
    look(bytes: Buffer): void {
      const seen = Buffer.concat([tail, bytes]);
      found ||= seen.includes(SIGNATURE);
      tail = seen.subarray(-SIGNATURE.length);
    },
  };
}
