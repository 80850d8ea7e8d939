import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { forward, listen } from "../testing/forward.ts";

/** The description of a request for the rule of a rewriting proxy. */
export type Seen = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  isSigned: boolean;
};

/**
 * The change that a rewriting proxy makes to a request or to its response.
 * - `status`: the proxy itself responds, with an S3 error code or any body.
 * - `headers`: the response headers that the proxy sets. The value null removes a header.
 * - `dropped`: a request header that the proxy does not forward.
 */
export type Change =
  | { status: number; code?: string; body?: string; type?: string; headers?: Record<string, string> }
  | { headers: Record<string, string | null> }
  | { dropped: string };

export type Rule = (request: Seen) => Change | undefined;

/** Starts a proxy that changes requests and responses. The proxy forwards the signed Host header, unless `host` names another host. */
export async function startRewritingProxy(
  target: string,
  rule: Rule,
  { host, port = 0, tls }: { host?: string; port?: number; tls?: { key: string; cert: string } } = {},
): Promise<{ url: string; close(): void }> {
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const change = rule(see(incoming));
    if (change !== undefined && "status" in change) respond(incoming, { outgoing, change });
    else {
      const headers: IncomingHttpHeaders = { ...incoming.headers, ...(host === undefined ? {} : { host }) };
      if (change !== undefined && "dropped" in change) delete headers[change.dropped];
      forward({ incoming, outgoing }, { target, headers, change: changing(change) });
    }
  };
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  const listening = await listen(server, port);
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${listening}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function see({ method = "", url = "", headers }: IncomingMessage): Seen {
  const { pathname: path, searchParams: query } = new URL(url, "http://bucket");
  const isSigned = query.has("X-Amz-Signature") || headers.authorization !== undefined;
  return { method, path, query, headers, isSigned };
}

type Answer = Extract<Change, { status: number }>;

function respond(incoming: IncomingMessage, { outgoing, change }: { outgoing: ServerResponse; change: Answer }): void {
  const { status, code, type = "application/xml", headers } = change;
  const body =
    change.body ?? (code === undefined ? "" : `<Error><Code>${code}</Code><Message>As told</Message></Error>`);
  incoming.resume();
  incoming.on("end", () => {
    outgoing.writeHead(status, { "content-type": type, ...headers });
    outgoing.end(incoming.method === "HEAD" ? undefined : body);
  });
}

const changing = (change: Change | undefined) => (headers: IncomingHttpHeaders) => {
  const changed: Record<string, unknown> = { ...headers };
  if (change !== undefined && "headers" in change) Object.assign(changed, change.headers);
  const kept = Object.entries(changed).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as Record<string, string>;
};
