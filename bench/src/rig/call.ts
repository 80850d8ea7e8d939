/** A request of a workload. `body` is sent as JSON. */
export type Call = {
  method: "GET" | "POST" | "PUT";
  path: string;
  token?: string | undefined;
  /** The session cookie, as a browser sends it. */
  cookie?: string | undefined;
  /** The IP address of the client, which is sent in X-Forwarded-For, as a proxy does. */
  clientIp?: string | undefined;
  body?: object | undefined;
};

/** Encodes the request as the bytes of an HTTP/1.1 request. */
export function encodeCall({ method, path, body, ...call }: Call): Buffer {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = { host: "127.0.0.1", ...headersOf(call), ...(text && { "content-type": "application/json" }) };
  const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(text)) };
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`);
}

/** Sends the request once, outside of the measured load. */
export function sendCall(port: number, { method, path, body, ...call }: Call): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...headersOf(call), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function headersOf({ token, cookie, clientIp }: Pick<Call, "token" | "cookie" | "clientIp">): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(cookie !== undefined && { cookie }),
    ...(clientIp !== undefined && { "x-forwarded-for": clientIp }),
  };
}
