import type { IncomingMessage } from "node:http";

/** Express keeps the URL before its mount path was removed. */
type Mounted = IncomingMessage & { originalUrl?: string; protocol?: string };

/**
 * The web-standard form of a request of Node, without its body. The host is that of the request, or `localhost` if it is not valid.
 * Nothing but the application reads it.
 */
export function toWebRequest(request: Mounted): Request {
  const { method = "GET", headers, url = "/", originalUrl = url } = request;
  const protocol = "encrypted" in request.socket && request.socket.encrypted === true ? "https" : "http";
  const base = [headers.host, headers[":authority"]].map((host) => URL.parse(`${protocol}://${host ?? ""}`));
  const origin = base.find((found) => found !== null)?.origin ?? "http://localhost";
  // A path that begins with two slashes must not become a host.
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
