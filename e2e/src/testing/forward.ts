import { once } from "node:events";
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Server } from "node:net";
import { pipeline } from "node:stream";

type Forwarding = {
  /** The URL of the server that receives the request. */
  target: string;
  /** The headers of the forwarded request. Default: all headers of the request, with the Host header, which the signature covers. */
  headers?: IncomingHttpHeaders;
  /** Returns the headers of the forwarded response. Default: unchanged headers. */
  change?(headers: IncomingHttpHeaders): OutgoingHttpHeaders;
};

/** Forwards a request to the same path on another server, and forwards the response. */
export function forward(
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
  { target, headers = incoming.headers, change = (unchanged) => unchanged }: Forwarding,
): void {
  const { hostname, port } = new URL(target);
  const { method, url: path } = incoming;
  const onward = request({ hostname, port, method, path, headers, agent: false }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, change(response.headers));
    pipeline(response, outgoing, () => undefined);
  });
  // The server may respond and close the connection before it has read the whole body. Such an early response of the server is still valid.
  onward.on("error", () => {
    if (!outgoing.headersSent) outgoing.destroy();
  });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

/** Makes a server listen on the local machine. Default port: a free port. Returns the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
