import { TerminalError } from "./exit-codes.ts";
import { say } from "./screen.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Reads the URL of a service. Without a scheme, the scheme is HTTPS, or HTTP for this machine. Throws for an invalid URL. */
export function serviceUrl(text: string): string {
  const isHttp = /^https?:\/\//i.test(text);
  const host = /^(\[[^\]]*\]|[^/:]+)/.exec(text)?.[1] ?? "";
  const full = isHttp ? text : `${LOOPBACK.test(host) ? "http" : "https"}://${text}`;
  if (!URL.canParse(full))
    throw new TerminalError("usage", `"${text}" is not a URL such as https://files.example.com.`);
  const url = new URL(full);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new TerminalError("usage", `Give only the URL of the service, such as ${url.origin}.`);
  }
  return url.href.replace(/\/+$/, "");
}

/** Warns the person if everybody on the network between this machine and the service can read the requests. */
export function warnIfUnencrypted(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "http:" || LOOPBACK.test(hostname)) return;
  say("Warning: with http, everybody on the way to the service can read your requests and secrets. Use https.");
}

/** The maximum size of a response of the service, in bytes. A list of 100,000 files has about 25 MB. */
const MAX_BYTES = 64_000_000;

/**
 * Returns a `fetch` for a service that may be hostile. A redirect of the service is an error, because the other host would get the token or
 * the password. A response of the service that is too long is also an error. Requests to the bucket are not restricted.
 */
export function guardedFetch(baseUrl: string, { cookies }: { cookies?: Record<string, string> } = {}): typeof fetch {
  const { origin } = new URL(baseUrl);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (url.origin !== origin) return fetch(input, init);
    const headers = new Headers(init?.headers);
    const pairs = Object.entries(cookies ?? {}).map((pair) => pair.join("="));
    if (pairs.length > 0) headers.set("cookie", pairs.join("; "));
    const response = await fetch(input, { ...init, headers, redirect: "manual" }).catch((error) => {
      if (init?.signal?.aborted) throw error;
      throw new TerminalError("connection", `No answer from ${origin}. Is the service running?`);
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw redirected(response.headers.get("location") ?? "", url);
    }
    for (const line of cookies === undefined ? [] : response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      Object.assign(cookies as object, { [name]: value });
    }
    const body = await readLimited(response);
    return new Response([204, 205].includes(response.status) ? null : body, {
      status: response.status,
      headers: response.headers,
    });
  };
}

function redirected(location: string, from: URL): TerminalError {
  const to = URL.canParse(location, from.href) ? new URL(location, from).origin : "another URL";
  return new TerminalError("other", `${from.origin} redirects to ${to}. If you trust ${to}, use it in the command.`);
}

async function readLimited({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new TerminalError("other", "The response of the service is too long. Check the URL.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
