import { unanswered, ValetKeyError } from "./errors.ts";
import type { Problem } from "./wire.ts";

export type CallOptions = {
  /** Undefined members are left out. */
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
};

/** One request to the service. Throws ValetKeyError. */
export type Call = <T>(method: string, path: string, options?: CallOptions) => Promise<T>;

/** Answers a token; asked with `refresh: true` once after the service refused the last one. */
export type GetToken = (options: { refresh: boolean }) => string | Promise<string>;

type Options = {
  /** Without a trailing slash. */
  baseUrl: string;
  /** Undefined: the session cookie. */
  getToken: GetToken | undefined;
  fetch: typeof globalThis.fetch;
};

/** Makes the function that all calls go through: who is calling, JSON both ways, every failure a ValetKeyError. */
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
        // A token is enough; the cookie of whoever else is signed in here must not go along.
        credentials: getToken === undefined ? "include" : "omit",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      throw unanswered(cause, { signal, what });
    }
  }

  return async <T>(method: string, path: string, options: CallOptions = {}): Promise<T> => {
    const what = `${method} ${path}`;
    let response = await send(method, path, { ...options, refresh: false });
    if (response.status === 401 && getToken !== undefined) {
      await response.body?.cancel();
      response = await send(method, path, { ...options, refresh: true });
    }
    const text = await readText(response, { signal: options.signal, what });
    if (!response.ok) throw toError(response, { text, what });
    if (response.status === 204) return undefined as T;
    const answer = parse(text);
    if (answer === undefined) throw notOurs(response, what);
    return answer as T;
  };
}

function encodeQuery(query: NonNullable<CallOptions["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters}`;
}

async function readText(response: Response, options: { signal: AbortSignal | undefined; what: string }) {
  try {
    return await response.text();
  } catch (cause) {
    throw unanswered(cause, options);
  }
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
  if (typeof problem?.code !== "string") return notOurs(response, what);
  return new ValetKeyError(problem.code, problem.message ?? problem.detail ?? problem.code, {
    status: response.status,
    requestId: problem.requestId,
    retryAfterSeconds: readRetryAfter(response),
  });
}

function notOurs(response: Response, what: string): ValetKeyError {
  const message = `${what} was answered with ${response.status}, but not by a Valet Key: check baseUrl, and what stands in between.`;
  return new ValetKeyError("invalid_answer", message, {
    status: response.status,
    retryAfterSeconds: readRetryAfter(response),
  });
}

/** Seconds only: as a date it would be worth what this machine's clock is worth. */
function readRetryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
