import { createServer, type Socket } from "node:net";
import { EICAR } from "./eicar.ts";

/** A real or simulated clamd that a test started. */
export type TestClamd = { host: string; port: number; stop(): Promise<void> };

/**
 * The limits in the configuration of clamd. `streamMaxBytes`: the setting StreamMaxLength. `fileMaxBytes`: the setting MaxFileSize, with
 * its alert. Without `fileMaxBytes`, the size of a file has no limit.
 */
export type ClamdLimits = { streamMaxBytes: number; fileMaxBytes?: number };

const SIGNATURE = Buffer.from(EICAR);

/**
 * Starts a server that behaves like clamd for PING and INSTREAM. If the stream is longer than the limit, the server replies and closes the
 * connection without reading more bytes. The server knows only the EICAR text as a signature, and finds it anywhere in a file.
 */
export async function startStandIn(limits: ClamdLimits): Promise<TestClamd> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
    socket.on("error", () => undefined);
    answer(socket, limits).catch(() => socket.destroy());
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

async function answer(socket: Socket, { streamMaxBytes, fileMaxBytes = streamMaxBytes }: ClamdLimits): Promise<void> {
  const read = reader(socket);
  const command = await read.untilNul();
  if (command === "zPING") return void socket.end("PONG\0");
  if (command !== "zINSTREAM") return void socket.end("UNKNOWN COMMAND\0");
  const sizeBytes = await readStream(read, streamMaxBytes);
  if (sizeBytes > streamMaxBytes) socket.end("INSTREAM size limit exceeded. ERROR\0", () => socket.destroy());
  else if (sizeBytes > fileMaxBytes) socket.end("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0");
  else socket.end(read.found ? "stream: Eicar-Test-Signature FOUND\0" : "stream: OK\0");
}

type Reader = ReturnType<typeof reader>;

/**
 * Reads pieces until a piece has the length 0, or until the total length exceeds the limit. Returns the number of bytes, including the last
 * piece.
 */
async function readStream(read: Reader, streamMaxBytes: number): Promise<number> {
  for (let sizeBytes = 0; ; ) {
    const length = (await read.exactly(4)).readUInt32BE();
    sizeBytes += length;
    if (length === 0 || sizeBytes > streamMaxBytes) return sizeBytes;
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
    /** Searches a piece of the file for the signature. Also finds a signature that starts in one piece and ends in the next piece. */
    look(bytes: Buffer): void {
      const seen = Buffer.concat([tail, bytes]);
      found ||= seen.includes(SIGNATURE);
      tail = seen.subarray(-SIGNATURE.length);
    },
  };
}
