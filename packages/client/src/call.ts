import { networkError, ValetKeyError } from "./errors.ts";
import type { Problem } from "./wire.ts";

export type CallOptions = {
  /** The query parameters of the request. The client omits parameters that are undefined. */
  query?: Record<string, string | number | boolean | undefined>;
  /** The JSON body of the request. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
};

/** Sends one request to the service and returns the response. Every failed call throws a ValetKeyError. */
export type Call = <T>(method: string, path: string, options?: CallOptions) => Promise<T>;

/** Returns a token of the caller. If the service refuses a token, the client calls `getToken` once more, with `refresh: true`. */
export type GetToken = (options: { refresh: boolean }) => string | Promise<string>;

type Options = {
  /** The base URL of the service, without a slash at the end. */
  baseUrl: string;
  /** Without `getToken`, the session cookie identifies the caller. */
  getToken: GetToken | undefined;
  fetch: typeof globalThis.fetch;
};

export function createCall({ baseUrl, getToken, fetch }: Options): Call {
  async function send(method: string, path: string, options: CallOptions & { refresh: boolean }): Promise<Response> {
    const { query = {}, body, headers, signal, refresh } = options;
    const authorization = getToken === undefined ? {} : { authorization: `Bearer ${await getToken({ refresh })}` };
    const what = `${method} ${path}`;
    try {
      return await fetch(`${baseUrl}${path}${encodeQuery(query)}`, {
        method,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...authorization,
          ...headers,
        },
        // With a token, the client sends no cookie, because the cookie may belong to another user of the browser.
        credentials: getToken === undefined ? "include" : "omit",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      throw networkError(cause, { signal, what });
    }
  }

  return async <T>(method: string, path: string, options: CallOptions = {}): Promise<T> => {
    const what = `${method} ${path}`;
    let response = await send(method, path, { ...options, refresh: false });
    if (response.status === 401 && getToken !== undefined) {
      await response.body?.cancel();
      response = await send(method, path, { ...options, refresh: true });
    }
    const text = await response.text().catch((cause) => {
      throw networkError(cause, { signal: options.signal, what });
    });
    if (!response.ok) throw toError(response, { text, what });
    if (response.status === 204) return undefined as T;
    const value = parse(text);
    if (value === undefined) throw notFromService(response, what);
    return value as T;
  };
}

function encodeQuery(query: NonNullable<CallOptions["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toError(response: Response, { text, what }: { text: string; what: string }): ValetKeyError {
  const problem = parse(text) as Partial<Problem> | null | undefined;
  if (typeof problem?.code !== "string") return notFromService(response, what);
  return new ValetKeyError(problem.code, problem.message ?? problem.detail ?? problem.code, {
    status: response.status,
    requestId: problem.requestId,
    retryAfterSeconds: readRetryAfter(response),
    rejection: problem.rejection,
  });
}

function notFromService(response: Response, what: string): ValetKeyError {
  const message = `${what} returned ${response.status}, but not from Valet Key. Check baseUrl and the proxies in between.`;
  return new ValetKeyError("invalid_response", message, {
    status: response.status,
    retryAfterSeconds: readRetryAfter(response),
  });
}

/** Returns the seconds of `Retry-After`. Ignores a date, because the clock of the client's machine may be wrong. */
function readRetryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** A page of a list in a response of the service. `nextCursor` is null on the last page. */
type Page<Item> = { items: Item[]; nextCursor: string | null };

/** Returns the header `Idempotency-Key`, which makes a repeated request safe. */
export const keyHeader = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { "idempotency-key": key };

/**
 * Selects one page of a list. `limit`: the maximum number of items, from 1 to 200, default 50. `cursor`: the `nextCursor` of the previous
 * page.
 */
export type PageOptions = { limit?: number; cursor?: string; signal?: AbortSignal };

/** Yields the items of all pages of a list. Requests each page only when the caller needs its first item. */
export async function* iteratePages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>) {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
