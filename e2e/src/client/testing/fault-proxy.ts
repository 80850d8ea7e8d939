import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * The fault that the proxy causes for a request.
 * - `cutAt`: the proxy resets the connection after it has received this fraction of the request body.
 * - `loseAnswer`: the proxy closes the connection instead of forwarding the response of the server.
 * - `status`: the proxy forwards nothing, and itself responds with this status.
 * - `answerBytes`: the proxy forwards so many bytes of the response, and then calls `thenDo` with the connection to the client.
 * - `hold`: the proxy awaits `hold` before the request, and awaits `release` before the response.
 */
export type Fate =
  | "pass"
  | "loseAnswer"
  | { cutAt: number }
  | { status: number; body?: string }
  | { answerBytes: number; thenDo: (connection: ServerResponse) => void }
  | { hold: () => Promise<unknown>; release?: () => Promise<unknown> };

export type FaultProxy = {
  endpoint: string;
  port: number;
  /** Each request since the start or the last `reset`, as "METHOD path?query". */
  seen: string[];
  /** Sets the function that chooses the fault of each later request. */
  decide(fateOf: (request: IncomingMessage) => Fate): void;
  /** Removes all faults of the proxy, and empties `seen`. */
  reset(): void;
  close(): Promise<void>;
};

/** Starts a proxy that causes faults. The proxy forwards the Host header unchanged, because the signature covers this header. */
export async function startFaultProxy(target: { port: number }): Promise<FaultProxy> {
  let fateOf: (request: IncomingMessage) => Fate = () => "pass";
  const seen: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const fate = fateOf(incoming);
    if (typeof fate === "object" && "status" in fate) return answerInstead(incoming, { outgoing, fate });
    if (typeof fate === "object" && "hold" in fate) await fate.hold();
    forward(incoming, { outgoing, port: target.port, fate });
  });
  // By default, Node.js closes a connection after 5 idle seconds, possibly at the moment when the next test sends a request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    seen,
    decide(next) {
      fateOf = next;
    },
    reset() {
      fateOf = () => "pass";
      seen.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerInstead(
  incoming: IncomingMessage,
  { outgoing, fate }: { outgoing: ServerResponse; fate: { status: number; body?: string } },
): void {
  incoming.resume();
  incoming.on("end", () => {
    const body = fate.body ?? "";
    outgoing.writeHead(fate.status, { "content-type": "application/xml", "content-length": Buffer.byteLength(body) });
    outgoing.end(body);
  });
}

function forward(incoming: IncomingMessage, options: { outgoing: ServerResponse; port: number; fate: Fate }): void {
  const { outgoing, port, fate } = options;
  const { method, url: path, headers } = incoming;
  const onward = httpRequest({ hostname: "127.0.0.1", port, method, path, headers, agent: false }, async (answer) => {
    if (fate === "loseAnswer") {
      answer.resume();
      answer.on("end", () => outgoing.destroy());
      return;
    }
    if (typeof fate === "object" && "hold" in fate) await fate.release?.();
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (typeof fate === "object" && "answerBytes" in fate) return answerUntil(answer, { outgoing, ...fate });
    answer.pipe(outgoing);
    // If the server ends its response too early, the proxy also closes the connection to the client.
    answer.on("close", () => void (answer.complete || outgoing.destroy()));
  });
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  const cutAt = typeof fate === "object" && "cutAt" in fate ? fate.cutAt : undefined;
  if (cutAt === undefined) incoming.pipe(onward);
  else cutAfter(incoming, { onward, bytes: Math.floor(Number(headers["content-length"]) * cutAt) });
}

function answerUntil(
  answer: IncomingMessage,
  {
    outgoing,
    answerBytes,
    thenDo,
  }: { outgoing: ServerResponse; answerBytes: number; thenDo: (to: ServerResponse) => void },
): void {
  let left = answerBytes;
  answer.on("data", (chunk: Buffer) => {
    if (left === 0) return;
    const forwarded = chunk.subarray(0, left);
    left -= forwarded.length;
    outgoing.write(forwarded, () => left === 0 && thenDo(outgoing));
  });
}

function cutAfter(
  incoming: IncomingMessage,
  { onward, bytes }: { onward: NodeJS.WritableStream; bytes: number },
): void {
  let passed = 0;
  incoming.on("data", (chunk: Buffer) => {
    const rest = bytes - passed;
    passed += chunk.length;
    if (passed < bytes) {
      onward.write(chunk);
      return;
    }
    // Forwards exactly `bytes` bytes before the reset.
    if (rest > 0) onward.write(chunk.subarray(0, rest));
    incoming.socket.resetAndDestroy();
  });
}
