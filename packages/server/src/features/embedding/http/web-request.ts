import type { IncomingMessage } from "node:http";

/** Express stores the original URL, which includes the mount path. */
type Mounted = IncomingMessage & { originalUrl?: string };

/**
 * Converts a request of Node to a web-standard `Request` without a body. The host comes from the request. If the request has no valid host,
 * the host is `localhost`. The service does not use this host, but the embedding application can read it.
 */
export function toWebRequest(request: Mounted): Request {
  const { method = "GET", headers, url = "/", originalUrl = url } = request;
  // The socket may be missing, because adapters for serverless platforms create requests without a socket.
  const isEncrypted = Object(request.socket).encrypted === true;
  const protocol = isEncrypted ? "https" : "http";
  const base = [headers.host, headers[":authority"]].map((host) => URL.parse(`${protocol}://${host ?? ""}`));
  const origin = base.find((found) => found !== null)?.origin ?? "http://localhost";
  // Joins the texts, because a URL parser would read a path that starts with two slashes as a host.
  const path = originalUrl.startsWith("/") ? originalUrl : new URL(originalUrl, origin).pathname;
  return new Request(origin + path, { method, headers: headersOf(request) });
}

function headersOf({ headers }: IncomingMessage): Headers {
  const list = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const each of [value].flat()) list.append(name, each);
  }
  return list;
}
