import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpProblem } from "./problem.ts";

const MAX_KEY_LENGTH = 255;
/**
 * The form that draft-ietf-httpapi-idempotency-key-header requires for the key: a string in quotes (structured fields, RFC 9651, section
 * 3.3.3).
 */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** An idempotency key without quotes, which many clients send. */
const PLAIN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** A `preValidation` hook for the completion of an upload. Treats a missing body as `{}`. */
export function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined || request.body === null) request.body = {};
  done();
}

/**
 * Reads the header Idempotency-Key, with or without quotes. Range: 1 to 255 characters of visible ASCII.
 * Throws `invalid_request`. Follows draft-ietf-httpapi-idempotency-key-header.
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === "string" ? unquote(header) : undefined;
  if (key === undefined || key === "" || key.length > MAX_KEY_LENGTH) {
    throw new HttpProblem(
      "invalid_request",
      `Idempotency-Key must be one key of 1 to ${MAX_KEY_LENGTH} visible ASCII characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324".`,
    );
  }
  return key;
}

function unquote(header: string): string | undefined {
  const quoted = QUOTED.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
  return PLAIN.test(header) ? header : undefined;
}
