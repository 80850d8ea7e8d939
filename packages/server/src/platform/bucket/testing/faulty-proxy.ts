import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A response that the proxy sends instead of the server: an S3 error with a code, or any body. */
type Answer = { status: number; code: string } | { status: number; body: string };

/** The action of the proxy for a request: to forward the request, to drop the response, to send another response, or to remove a header. */
export type Fate = "pass" | "loseResponse" | Answer | { withoutHeader: string };

export type Proxy = { endpoint: string; close(): void };

/**
 * Starts a proxy in front of an S3 server, which can make single requests fail. The proxy does not change the Host header, because it is
 * signed.
 */
export async function startProxy(target: string, fateOf: (request: IncomingMessage) => Fate): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const fate = fateOf(incoming);
    if (typeof fate === "object" && "status" in fate) answerInstead(incoming, { outgoing, answer: fate });
    else forward(incoming, { outgoing, target, fate });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function answerInstead(incoming: IncomingMessage, options: { outgoing: ServerResponse; answer: Answer }): void {
  const { outgoing, answer } = options;
  const body = "body" in answer ? answer.body : `<Error><Code>${answer.code}</Code><Message>As told</Message></Error>`;
  incoming.resume();
  incoming.on("end", () => {
    outgoing.writeHead(answer.status, { "content-type": "application/xml" });
    outgoing.end(incoming.method === "HEAD" ? undefined : body);
  });
}

function forward(incoming: IncomingMessage, options: { outgoing: ServerResponse; target: string; fate: Fate }): void {
  const { outgoing, target, fate } = options;
  const { hostname, port } = new URL(target);
  const { method, url, headers } = incoming;
  const onward = httpRequest({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    if (fate === "loseResponse") {
      answer.resume();
      answer.on("end", () => outgoing.destroy());
      return;
    }
    const kept = { ...answer.headers };
    if (typeof fate === "object" && "withoutHeader" in fate) delete kept[fate.withoutHeader];
    outgoing.writeHead(answer.statusCode ?? 502, kept);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
