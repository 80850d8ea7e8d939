import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type PostVerifier, parseRequestTarget, type Refusal, type Verifier } from "@valetkey/presign";
import { RefusedBody } from "../body/receive-body.ts";
import { S3Error } from "../errors.ts";
import { type Exchange, readRequest, splitPath } from "../http/request.ts";
import { type S3Response, sendResponse, writeXml } from "../http/response.ts";
import type { Context } from "../operations/operation.ts";
import { postObject } from "../operations/post-object.ts";
import { isDiskFault, isDiskFull } from "../store/reserve.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { findOperation } from "./routes.ts";

/** An event for the log, without keys, queries and headers, because they can contain secret presigned URLs. */
export type BucketEvent =
  | {
      type: "request";
      requestId: string;
      method: string;
      bucket: string;
      status: number;
      code?: string;
      durationMs: number;
    }
  | { type: "failure"; requestId: string; error: unknown }
  | { type: "swept"; blobs: number };

type HandlerOptions = {
  context: Context;
  verify: Verifier;
  verifyPost: PostVerifier;
  logger: (event: BucketEvent) => void;
};
type Outcome = { response: S3Response; code?: string };

const VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
// Stored files come from users, so a browser that opens a stored file must not run its scripts.
const SAFETY = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "sandbox; default-src 'none'",
};

/** Makes the handler of all HTTP requests, which applies CORS, verifies the signature, runs the operation, and never throws. */
export function createHandler(options: HandlerOptions): (exchange: Exchange) => Promise<void> {
  const { context, verify, verifyPost, logger } = options;
  return async (exchange) => {
    const { incoming } = exchange;
    const startedAt = performance.now();
    const requestId = randomBytes(8).toString("hex").toUpperCase();
    const bucket = bucketOf(incoming);
    setCommonHeaders(exchange, { requestId, bucket, context });
    const { response, code } = await decide(exchange, requestId).catch((error: unknown) => toOutcome(error, requestId));
    try {
      await sendResponse(response, exchange);
    } catch (error) {
      logger({ type: "failure", requestId, error });
    }
    const { status } = response;
    const durationMs = performance.now() - startedAt;
    logger({
      type: "request",
      requestId,
      method: incoming.method ?? "",
      bucket,
      status,
      ...(code && { code }),
      durationMs,
    });
  };

  async function decide(exchange: Exchange, requestId: string): Promise<Outcome> {
    const { incoming } = exchange;
    if (incoming.method === "OPTIONS") return preflight(incoming);
    if (isFormPost(incoming)) return { response: await postObject(exchange, { context, verifyPost }) };
    const received = { method: incoming.method ?? "", target: incoming.url ?? "", rawHeaders: incoming.rawHeaders };
    const verified = verify(received, context.now());
    if (!verified.ok) return errorOutcome(verified, requestId);
    const request = readRequest(verified, exchange);
    return { response: await findOperation(request)(request, context) };
  }

  function preflight(incoming: IncomingMessage): Outcome {
    const rules = context.store.buckets.find(bucketOf(incoming))?.cors;
    return { response: { status: 200, headers: preflightHeaders(rules, (name) => header(incoming, name)) } };
  }

  function toOutcome(error: unknown, requestId: string): Outcome {
    if (error instanceof RefusedBody) return errorOutcome(error.refusal, requestId);
    if (error instanceof S3Error) return errorOutcome(error, requestId);
    logger({ type: "failure", requestId, error });
    if (isDiskFull(error)) {
      const full = new S3Error("InsufficientStorage", "The disk of the bucket is full. Delete objects to free space.");
      return errorOutcome(full, requestId);
    }
    if (isDiskFault(error)) {
      const message = "The disk of the bucket is read-only or damaged. Check the disk, and mount it for writing.";
      return errorOutcome(new S3Error("StorageNotWritable", message), requestId);
    }
    const message = "We encountered an internal error. Please try again.";
    return errorOutcome(new S3Error("InternalError", message), requestId);
  }
}

function errorOutcome(error: Omit<Refusal, "ok">, requestId: string): Outcome {
  const { status, code, message, details } = error;
  const headers = code === "InvalidRange" ? { "Content-Range": `bytes */${details.ActualObjectSize}` } : {};
  const xml = writeXml("Error", { Code: code, Message: message, ...details, RequestId: requestId });
  return { code, response: { status, headers, xml } };
}

type Common = { requestId: string; bucket: string; context: Context };

/** Sets the headers that every response has. A page of another origin can read even error responses. */
function setCommonHeaders({ incoming, outgoing }: Exchange, { requestId, bucket, context }: Common): void {
  outgoing.setHeader("x-amz-request-id", requestId);
  for (const [name, value] of Object.entries(SAFETY)) outgoing.setHeader(name, value);
  const rules = context.store.buckets.find(bucket)?.cors;
  if (rules === undefined) return;
  // A request without an Origin also gets `Vary`, so that a cache does not return its response to a page that sends an Origin.
  outgoing.setHeader("Vary", VARY);
  const origin = header(incoming, "origin");
  if (origin === undefined || incoming.method === "OPTIONS") return;
  const headers = corsHeaders(rules, { origin, method: incoming.method ?? "", headers: [] });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
}

function bucketOf(incoming: IncomingMessage): string {
  const target = parseRequestTarget(incoming.url ?? "");
  return target.ok ? splitPath(target.path).bucket : "";
}

/** Returns whether a request is an HTML form whose signature is in a field. A form with a signed header or URL is a normal request. */
function isFormPost(incoming: IncomingMessage): boolean {
  const isForm = /^multipart\/form-data\b/i.test(header(incoming, "content-type") ?? "");
  if (incoming.method !== "POST" || !isForm || header(incoming, "authorization") !== undefined) return false;
  const target = parseRequestTarget(incoming.url ?? "");
  return target.ok && target.query.length === 0 && splitPath(target.path).key === "";
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
