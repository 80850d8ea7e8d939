import { once } from "node:events";
import { Socket } from "node:net";
import { addAbortSignal, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../errors.ts";

export type ClamdTimeouts = {
  /** The time limit for the connection to clamd, and then again for the reply to a ping. */
  connectMs: number;
  /** The maximum time without a byte in either direction during a transfer. */
  idleMs: number;
  /**
   * The maximum time from the last byte of a file to the result of the scan. clamd stops a scan after MaxScanTime, by default two minutes.
   */
  verdictMs: number;
  /** The pause between two pings during a scan. */
  pingMs: number;
};

type ClamdOptions = { host: string; port: number; timeouts?: Partial<ClamdTimeouts> | undefined };

const TIMEOUTS: ClamdTimeouts = { connectMs: 2_000, idleMs: 30_000, verdictMs: 300_000, pingMs: 10_000 };
const MAX_REPLY_BYTES = 4_096;
const LIMIT_EXCEEDED = /size limit exceeded/;
/** Matches the signature that clamd with `AlertExceedsMax yes` reports for a file over its limits. */
const OVER_LIMITS = /^Heuristics\.Limits\.Exceeded/;

/** Scans files with a ClamAV daemon over TCP. The specification of the protocol is clamd(8), command INSTREAM. */
export function createClamd({ host, port, ...options }: ClamdOptions): Scanner {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };

  async function open(): Promise<Socket> {
    const socket = new Connection();
    socket.connect({ host, port });
    // The code that waits for the socket receives the error in another way. Without this empty listener, Node.js would also throw the
    // error.
    socket.on("error", () => undefined);
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(timeouts.connectMs) });
      return socket;
    } catch (error) {
      socket.destroy();
      throw unavailable(`nothing responds at ${host}:${port}`, error);
    }
  }

  async function ping(): Promise<void> {
    const socket = await open();
    socket.setTimeout(timeouts.connectMs, () => socket.destroy(new Error("it does not reply")));
    socket.write("zPING\0");
    const reply = await replyOf(socket).catch((error) => {
      throw unavailable("it does not reply", error);
    });
    socket.destroy();
    if (reply !== "PONG") throw unavailable(`it replied to a ping with ${JSON.stringify(reply)}`);
  }

  /** Pings clamd until `signal` aborts. Rejects when a ping gets no reply, because a scan by a hanging clamd never ends. */
  async function untilNoReply(signal: AbortSignal): Promise<never> {
    for (;;) {
      await sleep(timeouts.pingMs, undefined, { signal, ref: false });
      await ping();
    }
  }

  async function scan(body: Readable, signal: AbortSignal | undefined): Promise<ScanVerdict> {
    const socket = await open();
    if (signal !== undefined) addAbortSignal(signal, socket);
    socket.setTimeout(timeouts.idleMs, () => socket.destroy(new Error("it accepts no more bytes")));
    const reply = replyOf(socket);
    const stop = new AbortController();
    const file: { broken?: unknown } = {};
    const sending = pipeline(framed(body, file), socket, { end: false, signal: stop.signal });
    try {
      // If clamd replies before the end of the file, the rest of the file is not sent.
      const sent = sending.then(() => {
        socket.setTimeout(timeouts.verdictMs);
        return reply;
      });
      return verdictOf(await Promise.race([reply, sent, untilNoReply(stop.signal)]));
    } catch (error) {
      // If the file cannot be read, the connection to clamd breaks too. The error of the file is the real cause.
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
    probe: ping,
  };
}

type Done = (error?: Error | null) => void;

/**
 * When a file is too large, clamd replies and closes the connection. The next write then fails, and Node.js would close the socket before
 * the reply is read. This class therefore does not report a failed write.
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

/**
 * Yields a file in the format of INSTREAM: each piece with its length, and 0 at the end. If a read fails, sets `file.broken` to the error.
 */
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

/** Reads the reply of clamd, which ends with a NUL or with the connection. Rejects if clamd sends no reply. */
function replyOf(socket: Socket): Promise<string> {
  const reply = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes("\0") || text.length > MAX_REPLY_BYTES) resolve(text);
    });
    const end = () => (text === "" ? reject(new Error("it closed the connection without a reply")) : resolve(text));
    socket.on("error", reject).on("end", end).on("close", end);
  });
  reply.catch(() => undefined);
  return reply.then((text) => (text.split("\0", 1)[0] ?? "").trim());
}

function verdictOf(reply: string): ScanVerdict {
  if (reply === "stream: OK") return { kind: "clean" };
  if (LIMIT_EXCEEDED.test(reply)) return { kind: "too_large" };
  const [, signature] = /^stream: (.+) FOUND$/.exec(reply) ?? [];
  if (signature === undefined) throw unavailable(`it replied ${JSON.stringify(reply.slice(0, 200))}`);
  return OVER_LIMITS.test(signature) ? { kind: "too_large" } : { kind: "infected", signature };
}

function unavailable(why: string, cause?: unknown): DomainError {
  const detail = cause instanceof Error && cause.message !== "" ? ` (${cause.message})` : "";
  return new DomainError("scanner_unavailable", "The virus scanner can't be reached at the moment.", {
    cause: new Error(`clamd: ${why}${detail}: check CLAMAV_HOST and that clamd listens on TCP`),
  });
}

/** The result of a virus scan. `too_large`: the file is too large for the scanner, which did not read the whole file. */
type ScanVerdict = { kind: "clean" } | { kind: "infected"; signature: string } | { kind: "too_large" };

/** A virus scanner. Calls reject with `scanner_unavailable` if the scanner is down, stops responding, or returns no result. */
export type Scanner = {
  /**
   * Scans the bytes of a stream, and reads the stream only as fast as the scanner accepts the bytes. Destroys the stream at the end. If the
   * stream fails, rejects with its error.
   */
  scan(body: Readable, options?: { signal?: AbortSignal | undefined }): Promise<ScanVerdict>;
  probe(): Promise<void>;
};
