import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as sendHttp,
} from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createPresigner, type PresignTarget } from "@valetkey/presign";
import type { Clock } from "../clock.ts";
import type { CredentialSource } from "./credentials.ts";

/** A request that reads an object. The response of a HEAD request has no body. */
type ObjectRequest = {
  method: "GET" | "HEAD";
  objectKey: string;
  headers?: Readonly<Record<string, string>>;
  /** The service reads at most `maxBytes` of the body, because a server that does not support ranges sends the whole object. */
  maxBytes?: number;
};

type ObjectResponse = { headers: IncomingHttpHeaders; body: Buffer };

/** Sends a request for an object. Rejects as the AWS SDK does: the error has the S3 code as its name, and `$metadata`. */
export type SendObjectRequest = (
  request: ObjectRequest,
  options: { abortSignal: AbortSignal },
) => Promise<ObjectResponse>;

type Options = {
  target: PresignTarget;
  credentials: CredentialSource;
  clock: Clock;
  /** The maximum time to connect to the bucket, and the maximum time without traffic. */
  timeouts: { connectMs: number; idleMs: number };
};

/** The clock of the service may be as much behind as S3 accepts for the other requests: 15 minutes. */
const EXPIRES_IN_SECONDS = 900;
/** The credentials must outlive a request, which takes at most a few seconds. */
const CREDENTIALS_LAST_SECONDS = 60;
const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;
const MAX_SOCKETS = 50;
/** The body of an S3 error is short. The service ignores the rest of a longer body. */
const MAX_ERROR_BYTES = 8_192;

/**
 * Makes the requests that each completed upload needs, with presigned URLs and without the AWS SDK. A pair of HEAD and GET takes a sixth of
 * the CPU time of the AWS SDK (ADR 21).
 */
export function createObjectRequests({ target, credentials, clock, timeouts }: Options): {
  send: SendObjectRequest;
  close(): void;
} {
  const presigner = createPresigner(target);
  const isHttps = presigner.origin.startsWith("https:");
  const agent = new (isHttps ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const open = isHttps ? sendHttps : sendHttp;

  async function sign({ method, objectKey: key, headers = {} }: ObjectRequest) {
    const now = clock();
    const lasting = await credentials.lasting({ now, seconds: CREDENTIALS_LAST_SECONDS });
    const options = { key, headers, credentials: lasting, expiresInSeconds: EXPIRES_IN_SECONDS, now };
    return method === "HEAD" ? presigner.presignHead(options) : presigner.presignGet(options);
  }

  async function sendOnce(asked: ObjectRequest, signal: AbortSignal): Promise<ObjectResponse> {
    const { method, url, headers } = await sign(asked);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = open(url, { method, headers, agent, signal, timeout: timeouts.idleMs });
    request.on("response", resolve).on("error", reject);
    request.on("timeout", () => request.destroy(timeoutError()));
    limitConnect(request, timeouts.connectMs);
    request.end();
    const response = await promise;
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300)
      return { headers: response.headers, body: await bodyOf(response, asked.maxBytes) };
    throw toFailure(response, await bodyOf(response, MAX_ERROR_BYTES));
  }

  return {
    async send(asked, { abortSignal }) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await sendOnce(asked, abortSignal);
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || abortSignal.aborted || !isTransient(error)) throw error;
          await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** attempt, undefined, { signal: abortSignal });
        }
      }
    },
    close: () => agent.destroy(),
  };
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

async function bodyOf(response: IncomingMessage, maxBytes = 0): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // After the last expected byte, the loop still reads the end of the body, so that the next request can use the connection.
    if (sizeBytes > maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** The names of errors without a body. The response of a HEAD request never has a body. */
const BY_STATUS: Record<number, string> = { 404: "NotFound" };

function toFailure({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Error {
  const text = body.toString();
  const name = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? BY_STATUS[statusCode] ?? "UnknownError";
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? name;
  const $metadata = { httpStatusCode: statusCode, requestId: headers["x-amz-request-id"] };
  return Object.assign(new Error(message), { name, $metadata });
}

const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const TRANSIENT_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ETIMEDOUT"]);

/** Returns whether a repetition may succeed: the connection broke, or the server is overloaded. */
function isTransient(error: unknown): boolean {
  const { code, name, $metadata } = error as { code?: string; name?: string; $metadata?: { httpStatusCode: number } };
  if (name === "RequestTimeout") return true;
  if ($metadata !== undefined) return TRANSIENT_STATUS.has($metadata.httpStatusCode);
  return TRANSIENT_CODES.has(code ?? "") || name === "TimeoutError";
}
