import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** `id`: the value of the header webhook-id. */
export type ReceivedWebhook = { id: string; path: string; headers: IncomingHttpHeaders; body: string };

type Options = {
  /** Sends the response to a request. Default: responds with 204. */
  respond?: (response: ServerResponse, received: ReceivedWebhook) => void;
  /** Default: HTTP without TLS. */
  tls?: { key: string; cert: string };
};

/** Starts a server on the loopback address that receives webhooks, and closes it when the test finishes. */
export async function receiverInTest({ respond = accept, tls }: Options = {}) {
  const received: ReceivedWebhook[] = [];
  const handle: RequestListener = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { headers, url: path = "" } = request;
    const one = { id: String(headers["webhook-id"]), path, headers, body };
    received.push(one);
    respond(response, one);
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { received, port, url: `${tls === undefined ? "http" : "https"}://localhost:${port}/hook` };
}

export function accept(response: ServerResponse): void {
  response.writeHead(204).end();
}

export function refuse(response: ServerResponse): void {
  response.writeHead(500).end();
}

export function hang(): void {}
