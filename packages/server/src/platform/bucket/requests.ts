import { hash } from "node:crypto";
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Credentials,
  createSigningDays,
  encodeKey,
  encodeRfc3986,
  type PresignTarget,
  resolveTarget,
} from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import { nodeHttp } from "../modules.ts";
import type { CredentialSource } from "./credentials.ts";
import { textOf } from "./xml.ts";

type Sending = {
  abortSignal: AbortSignal;
  /** The maximum number of bytes to read of the body. A server that does not support ranges sends the whole object. */
  maxBytes?: number;
};

type S3Response = { headers: IncomingHttpHeaders; body: Buffer };

export type Requests = {
  /** Sends a request, and reads the response. Rejects with an error whose `name` is the S3 error code, and which has `$metadata`. */
  send(request: S3Request, options: Sending): Promise<S3Response>;
  /** Sends a request. Resolves with the response, whose body the caller must read or destroy. Rejects like `send`. */
  open(request: S3Request, options: Sending): Promise<IncomingMessage>;
  close(): void;
};

type Options = {
  target: PresignTarget;
  credentials: CredentialSource;
  clock: Clock;
  /** `connectMs`: the maximum time to connect to the bucket. `idleMs`: the maximum time without traffic. */
  timeouts: { connectMs: number; idleMs: number };
};

/** The remaining lifetime that the credentials of a request must have. */
const CREDENTIALS_LAST_SECONDS = 60;
const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;
const FIRST_PAUSE_OF_THROTTLED_MS = 250;
const MAX_SOCKETS = 100;
/** The maximum size of a response. A list has at most 1,000 keys of 1,024 bytes, and URL encoding triples their length. */
const MAX_RESPONSE_BYTES = 2 ** 24;
/** The maximum number of bytes to read from the body of an S3 error, which is usually short. */
const MAX_ERROR_BYTES = 8_192;
/** Matches the body of an S3 error. S3 sends spaces before the body during a long operation, to keep the connection open. */
const IS_ERROR = /^(?:\s|<\?xml[^>]*>)*<Error[\s>]/;

/** Sends signed requests to the bucket without the AWS SDK, whose CPU time for a HEAD and a GET is six times as long (ADR 11). */
export function createRequests({ target, credentials, clock, timeouts }: Options): Requests {
  const { origin, sign } = createSignRequest(target);
  const agent = new (moduleFor(origin).Agent)({ keepAlive: true, maxSockets: MAX_SOCKETS });

  async function openOnce(asked: S3Request, { abortSignal: signal }: Sending): Promise<IncomingMessage> {
    const now = clock();
    const lasting = await credentials.lasting({ now, seconds: CREDENTIALS_LAST_SECONDS });
    const { url, headers } = sign(asked, { credentials: lasting, now });
    const response = await responseTo(url, { ...asked, headers, agent, signal, timeouts });
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    throw toFailure(response, await bodyOf(response, MAX_ERROR_BYTES));
  }

  async function sendOnce(asked: S3Request, options: Sending): Promise<S3Response> {
    const response = await openOnce(asked, options);
    const body = await bodyOf(response, options.maxBytes ?? MAX_RESPONSE_BYTES);
    // For a long copy or completion, S3 first sends the status 200, and may then send an error as the body.
    if (asked.method !== "GET" && IS_ERROR.test(body.toString("latin1", 0, MAX_ERROR_BYTES)))
      throw toFailure(response, body);
    return { headers: response.headers, body };
  }
  return {
    send: (asked, options) => repeat(options.abortSignal, () => sendOnce(asked, options)),
    open: (asked, options) => repeat(options.abortSignal, () => openOnce(asked, options)),
    close: () => agent.destroy(),
  };
}

const moduleFor = (url: string) => (url.startsWith("https:") ? https : nodeHttp);

type Exchange = Pick<RequestOptions, "agent"> & {
  method: string;
  headers: Record<string, string>;
  body?: Buffer | string;
  signal: AbortSignal;
  timeouts: Options["timeouts"];
};

/** Sends a request once. Resolves with the response, whatever its status is. */
export function responseTo(url: string, { body, timeouts, ...options }: Exchange): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = moduleFor(url).request(url, { ...options, timeout: timeouts.idleMs });
  request.on("response", resolve).on("error", reject);
  request.on("timeout", () => request.destroy(timeoutError()));
  limitConnect(request, timeouts.connectMs);
  request.end(body);
  return promise;
}

async function repeat<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || signal.aborted || !isTransient(error)) throw error;
      const pauseMs = isThrottled(error) ? FIRST_PAUSE_OF_THROTTLED_MS : FIRST_PAUSE_MS;
      await sleep(Math.random() * pauseMs * 2 ** attempt, undefined, { signal });
    }
  }
}

function limitConnect(request: ClientRequest, milliseconds: number): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => request.destroy(timeoutError()), milliseconds);
    for (const end of ["connect", "close"]) socket.once(end, () => clearTimeout(timer));
  });
}

function timeoutError(): Error {
  return Object.assign(new Error("The bucket did not respond in time"), { name: "TimeoutError" });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // The loop reads to the end of the body, so that the next request can use the connection.
    if (sizeBytes > maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** The error names for responses without a body, such as all responses to HEAD. */
const BY_STATUS: Record<number, string> = { 404: "NotFound" };

function toFailure({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Error {
  const text = body.toString();
  const name = textOf(text, "Code") ?? BY_STATUS[statusCode] ?? "UnknownError";
  const message = textOf(text, "Message") ?? name;
  const $metadata = { httpStatusCode: statusCode, requestId: headers["x-amz-request-id"] };
  return Object.assign(new Error(message), { name, $metadata });
}

type Failure = { code?: string; name?: string; $metadata?: { httpStatusCode: number } };

const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const TRANSIENT_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ETIMEDOUT"]);
const TRANSIENT_NAMES = new Set(["InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown"]);

/** Returns whether a repetition may succeed, because the connection broke or the server is overloaded. */
function isTransient(error: unknown): boolean {
  const { code, name, $metadata } = error as Failure;
  if (TRANSIENT_NAMES.has(name ?? "")) return true;
  if ($metadata !== undefined) return TRANSIENT_STATUS.has($metadata.httpStatusCode);
  return TRANSIENT_CODES.has(code ?? "") || name === "TimeoutError";
}

function isThrottled(error: unknown): boolean {
  const { name, $metadata } = error as Failure;
  return name === "SlowDown" || $metadata?.httpStatusCode === 429;
}

/** A request to the bucket, or to one object in the bucket. Members of `query` and `headers` that are undefined are not sent. */
export type S3Request = {
  method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  objectKey?: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** The names of the headers are in lower case. */
  headers?: Readonly<Record<string, string | undefined>>;
  body?: Buffer | string;
};

type SignedRequest = { url: string; headers: Record<string, string> };
type Moment = { credentials: Credentials; now: number };

/** The signer needs the lifetime of a signature, although a signature in a header does not use it. */
const EXPIRES_IN_SECONDS = 900;

/**
 * Signs requests with the header `Authorization`. Presigned URLs for other clients are in `signing.ts`. Source: AWS "Authenticating
 * requests: using the Authorization header (AWS Signature Version 4)".
 */
export function createSignRequest(target: PresignTarget): {
  origin: string;
  sign(request: S3Request, moment: Moment): SignedRequest;
} {
  const { host, origin, pathPrefix, region } = resolveTarget(target);
  const findDay = createSigningDays(region);

  function sign({ method, objectKey, query = {}, headers = {}, body = "" }: S3Request, { credentials, now }: Moment) {
    const epochSecond = Math.floor(now / 1000);
    const day = findDay(epochSecond, credentials);
    const { amzDate } = day.moment(epochSecond, EXPIRES_IN_SECONDS);
    const payload = hash("sha256", body, "hex");
    const sent = present({
      ...headers,
      host,
      "x-amz-content-sha256": payload,
      "x-amz-date": amzDate,
      "x-amz-security-token": credentials.sessionToken,
    });
    const path = pathPrefix + (objectKey === undefined ? "" : encodeKey(objectKey));
    const parameters = present(query).map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`);
    const names = sent.map(([name]) => name).join(";");
    const lines = sent.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}\n`).join("");
    const canonical = [method, path, parameters.join("&"), lines, names, payload].join("\n");
    const signature = day.sign(amzDate, canonical);
    const authorization = `AWS4-HMAC-SHA256 Credential=${day.credential}, SignedHeaders=${names}, Signature=${signature}`;
    const url = `${origin}${path}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
    return { url, headers: { ...Object.fromEntries(sent), authorization } };
  }
  return { origin, sign };
}

/** Returns the entries that have a value, sorted by name as the signature requires. */
function present(values: Readonly<Record<string, string | number | undefined>>): [string, string][] {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return entries.sort(([one], [other]) => (one < other ? -1 : 1));
}
