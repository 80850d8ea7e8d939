/** The requests that the crawler has sent, each with its status, such as `GET /s/…/download 200`. */
export type Crawl = { requests: string[] };

type CrawlOptions = {
  /** The text for each text field. Default: the crawler submits all forms unchanged. */
  fill?: string | undefined;
};

type Form = { action: string; method: string; fields: URLSearchParams };

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
/** The requests that the crawler sends to each URL, because browsers, scanners and proxies send such requests before a person clicks. */
const REQUESTS = [
  { method: "HEAD", headers: BROWSER },
  { method: "OPTIONS", headers: BROWSER },
  { method: "GET", headers: { accept: "*/*" } },
  { method: "GET", headers: { ...BROWSER, purpose: "prefetch", "sec-purpose": "prefetch;prerender" } },
  { method: "GET", headers: BROWSER },
];

/**
 * Requests the start page and all URLs of the same origin that the crawler finds. Submits every form. Stores cookies, but runs no scripts.
 */
export async function crawl(start: string, { fill }: CrawlOptions = {}): Promise<Crawl> {
  const { origin } = new URL(start);
  const requests: string[] = [];
  const cookies = new Map<string, string>();
  const found = new Set([start]);

  async function send(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie } });
    requests.push(`${init.method} ${new URL(url).pathname} ${response.status}`);
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  async function read(response: Response): Promise<void> {
    const page = await response.text();
    if (!response.headers.get("content-type")?.includes("html")) return;
    for (const [, path = ""] of page.matchAll(/(?:href|src|content)="([^"]+)"/g)) {
      const url = URL.parse(path, response.url);
      if (url?.origin === origin && /[/.]/.test(path)) found.add(url.href);
    }
  }

  // The loop also visits URLs that are added to the set meanwhile.
  for (const url of found) {
    // The files of the app are the same for every link, so one request is enough.
    for (const request of url.startsWith(`${origin}/assets/`) ? REQUESTS.slice(-1) : REQUESTS) {
      const response = await send(url, request);
      const forms = request.method === "GET" ? formsOf(await response.clone().text(), { url, fill }) : [];
      await read(response);
      for (const { action, method, fields } of forms) {
        if (method === "GET") await read(await send(`${action}?${fields}`, { method, headers: BROWSER }));
        else await read(await send(action, { method, headers: BROWSER, body: fields }));
      }
    }
  }
  return { requests };
}

function formsOf(page: string, { url, fill }: CrawlOptions & { url: string }): Form[] {
  return [...page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = "", content = ""]) => {
    const fields = new URLSearchParams();
    for (const [, input = ""] of content.matchAll(/<(?:input|textarea)([^>]*)>/g)) {
      const type = attribute(input, "type") ?? "text";
      const isText = !/^(?:hidden|checkbox|radio|submit|button)$/.test(type);
      const isSent = !/^(?:checkbox|radio)$/.test(type) || /\schecked\b/.test(input);
      const value = attribute(input, "value") ?? "";
      if (isSent) fields.append(attribute(input, "name") ?? "", isText ? (fill ?? value) : value);
    }
    return {
      action: new URL(attribute(attributes, "action") ?? url, url).href,
      method: (attribute(attributes, "method") ?? "get").toUpperCase(),
      fields,
    };
  });
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}
