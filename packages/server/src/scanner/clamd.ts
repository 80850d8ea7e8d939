import { once } from "node:events";
import { Socket } from "node:net";
import { addAbortSignal, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DomainError } from "../domain/errors.ts";
import type { Scanner, ScanVerdict } from "../usecases/ports/index.ts";

export type ClamdTimeouts = {
  /** To reach clamd, and for its answer to a ping. */
  connectMs: number;
  /** Without a byte in either direction while a file is sent. */
  idleMs: number;
  /** From the last byte of a file to the verdict; clamd itself gives up after MaxScanTime, two minutes unless set. */
  verdictMs: number;
};

export type ClamdOptions = { host: string; port: number; timeouts?: Partial<ClamdTimeouts> | undefined };

const TIMEOUTS: ClamdTimeouts = { connectMs: 2_000, idleMs: 30_000, verdictMs: 300_000 };
const MAX_REPLY_BYTES = 4_096;
const LIMIT_EXCEEDED = /size limit exceeded/;
/** What clamd finds in a file that it has not looked at whole, with `AlertExceedsMax yes`. */
const NOT_WHOLE = /^Heuristics\.Limits\.Exceeded/;

/** A ClamAV daemon, asked over TCP. Source: clamd(8), command INSTREAM. */
export function createClamd({ host, port, ...options }: ClamdOptions): Scanner {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };

  async function open(): Promise<Socket> {
    const socket = new Connection();
    socket.connect({ host, port });
    // Whoever waits for it is told; a connection that nobody waits for may end as it likes.
    socket.on("error", () => undefined);
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(timeouts.connectMs) });
      return socket;
    } catch (error) {
      socket.destroy();
      throw unavailable(`there is no answer at ${host}:${port}`, error);
    }
  }

  async function scan(body: Readable, signal: AbortSignal | undefined): Promise<ScanVerdict> {
    const socket = await open();
    if (signal !== undefined) addAbortSignal(signal, socket);
    socket.setTimeout(timeouts.idleMs, () => socket.destroy(new Error("it takes no more bytes")));
    const reply = replyOf(socket);
    const stop = new AbortController();
    const file: { broken?: unknown } = {};
    const sending = pipeline(framed(body, file), socket, { end: false, signal: stop.signal });
    try {
      // It may answer before it has all of it: then the rest is not sent.
      const sent = sending.then(() => {
        socket.setTimeout(timeouts.verdictMs);
        return reply;
      });
      return verdictOf(await Promise.race([reply, sent]));
    } catch (error) {
      // What breaks the file breaks the connection as well; it is what went wrong.
      if (file.broken !== undefined) throw file.broken;
      throw error instanceof DomainError ? error : unavailable("the scan broke off", error);
    } finally {
      stop.abort();
      sending.catch(() => undefined);
      socket.destroy();
    }
  }

  return {
    async scan(body, { signal } = {}) {
      try {
        return await scan(body, signal);
      } finally {
        body.destroy();
      }
    },
    async probe() {
      const socket = await open();
      socket.setTimeout(timeouts.connectMs, () => socket.destroy(new Error("it does not answer")));
      socket.write("zPING\0");
      const reply = await replyOf(socket).catch((error) => {
        throw unavailable("it does not answer", error);
      });
      socket.destroy();
      if (reply !== "PONG") throw unavailable(`it answered a ping with ${JSON.stringify(reply)}`);
    },
  };
}

type Done = (error?: Error | null) => void;

/**
 * clamd answers and closes as soon as a file is too large for it. At a write that comes too late Node throws the connection away, with the
 * answer unread. Here such a write never ends: what is there is read, and then the reading fails.
 */
class Connection extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, unlessFailed(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, unlessFailed(done));
  }
}

function unlessFailed(done: Done): Done {
  return (error) => {
    if (error === undefined || error === null) done();
  };
}

/** A file as INSTREAM takes it: each piece with its length before it, and a length of 0 at the end. Tells when the file itself broke. */
async function* framed(body: Readable, file: { broken?: unknown }): AsyncGenerator<Buffer> {
  yield Buffer.from("zINSTREAM\0");
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      if (bytes.length === 0) continue;
      yield lengthOf(bytes);
      yield bytes;
    }
  } catch (error) {
    file.broken = error;
    throw error;
  }
  yield lengthOf(Buffer.alloc(0));
}

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** What clamd says, up to its NUL or the end. Rejects when the connection ends without a word. */
function replyOf(socket: Socket): Promise<string> {
  const reply = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes("\0") || text.length > MAX_REPLY_BYTES) resolve(text);
    });
    const end = () => (text === "" ? reject(new Error("it closed the connection without a word")) : resolve(text));
    socket.on("error", reject).on("end", end).on("close", end);
  });
  reply.catch(() => undefined);
  return reply.then((text) => (text.split("\0", 1)[0] ?? "").trim());
}

function verdictOf(reply: string): ScanVerdict {
  if (reply === "stream: OK") return { kind: "clean" };
  if (LIMIT_EXCEEDED.test(reply)) return { kind: "too_large" };
  const [, signature] = /^stream: (.+) FOUND$/.exec(reply) ?? [];
  if (signature === undefined) throw unavailable(`it answered ${JSON.stringify(reply.slice(0, 200))}`);
  return NOT_WHOLE.test(signature) ? { kind: "too_large" } : { kind: "infected", signature };
}

function unavailable(why: string, cause?: unknown): DomainError {
  const detail = cause instanceof Error && cause.message !== "" ? ` (${cause.message})` : "";
  return new DomainError("scanner_unavailable", "The virus scanner can't be reached at the moment.", {
    cause: new Error(`clamd: ${why}${detail}: check CLAMAV_HOST and that clamd listens on TCP`),
  });
}
