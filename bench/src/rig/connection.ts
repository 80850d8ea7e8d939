import { connect, type Socket } from "node:net";

export type ConnectionOptions = {
  port: number;
  /** The next request as bytes; undefined: the round is over. */
  nextRequest(): Buffer | undefined;
  onResponse(status: number, milliseconds: number): void;
};

const RECEIVE_BYTES = 128 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Drives one keep-alive connection, one request at a time, and resolves when the last answer is in.
 * It reads no more of HTTP than the status and the length: a full parser here would take the processor from the server under test.
 */
export function driveConnection(options: ConnectionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    let sentAt = 0;
    const reader = createReader((status) => {
      options.onResponse(status, performance.now() - sentAt);
      send();
    });
    const socket: Socket = connect({
      port: options.port,
      host: "127.0.0.1",
      noDelay: true,
      // One buffer a connection instead of one a chunk.
      onread: {
        buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
        callback: (length, buffer) => {
          try {
            reader((buffer as Buffer).subarray(0, length));
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    const send = () => {
      const request = options.nextRequest();
      if (request === undefined) {
        done = true;
        socket.end();
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    socket.once("connect", send);
    socket.once("error", reject);
    socket.once("close", () => (done ? resolve() : reject(new Error("the server closed a connection in use"))));
  });
}

/** Calls back with the status once an answer is complete. Throws on what it does not read: chunked bodies and answers never asked for. */
function createReader(onResponse: (status: number) => void): (chunk: Buffer) => void {
  let status = 0;
  let missingBytes = 0;
  let partialHead: Buffer | undefined;
  return (received) => {
    let chunk = received;
    if (missingBytes === 0) {
      if (partialHead !== undefined) chunk = Buffer.concat([partialHead, chunk]);
      const headEnd = chunk.indexOf(HEAD_END);
      if (headEnd === -1) {
        partialHead = Buffer.from(chunk);
        return;
      }
      partialHead = undefined;
      const head = chunk.toString("latin1", 0, headEnd + 2);
      status = Number(head.slice(9, 12));
      missingBytes = headEnd + HEAD_END.length + contentLength(head);
    }
    missingBytes -= chunk.length;
    if (missingBytes < 0) throw new Error("the server answered more than was asked");
    if (missingBytes === 0) onResponse(status);
  };
}

function contentLength(head: string): number {
  // node:http's own spelling, then the one of frameworks that set it in lower case.
  let start = head.indexOf("Content-Length: ");
  if (start === -1) start = head.indexOf("content-length: ");
  if (start === -1) throw new Error(`an answer without Content-Length:\n${head}`);
  return Number(head.slice(start + 16, head.indexOf("\r\n", start)));
}
