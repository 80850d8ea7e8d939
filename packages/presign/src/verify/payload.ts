import type { Authorization } from "./authorization.ts";
import type { HeaderFields, QueryParameter } from "./request-target.ts";
import { type Refusal, refuse } from "./request-target.ts";

/**
 * The payload that the signature of a request declares.
 *
 * `unsigned`: the signature does not cover the body. `sha256`: the hash of the body. `chunked`: an aws-chunked body, with or without signed
 * chunks and trailers.
 */
export type PayloadDeclaration =
  | { kind: "unsigned" }
  | { kind: "sha256"; sha256: string }
  | { kind: "chunked"; signed: boolean; trailer: boolean };

const SHA256 = /^[0-9a-f]{64}$/;
const STREAMING: Record<string, PayloadDeclaration> = {
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { kind: "chunked", signed: false, trailer: true },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { kind: "chunked", signed: true, trailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { kind: "chunked", signed: true, trailer: true },
};

/** The payload that a request declares. `hash`: its value in the canonical request. */
type PayloadHash = { ok: true; hash: string; declaration: PayloadDeclaration };

/**
 * Reads the header `x-amz-content-sha256`. Without this header, the payload of a presigned URL is unsigned.
 *
 * Refuses a missing value for a signature in a header (400 `InvalidRequest`), and an unknown value (400 `InvalidArgument`). Refuses
 * asymmetric signatures, and an aws-chunked body for a presigned URL (501 `NotImplemented`).
 */
export function readPayload(
  authorization: Authorization,
  request: { query: readonly QueryParameter[]; headers: HeaderFields },
): PayloadHash | Refusal {
  const hash = declaredHash(authorization, request);
  if (hash === undefined) {
    return refuse(400, "InvalidRequest", { message: "Missing required header for this request: x-amz-content-sha256" });
  }
  if (hash === "UNSIGNED-PAYLOAD") return { ok: true, hash, declaration: { kind: "unsigned" } };
  if (SHA256.test(hash)) return { ok: true, hash, declaration: { kind: "sha256", sha256: hash } };
  const streaming = Object.hasOwn(STREAMING, hash) ? STREAMING[hash] : undefined;
  if (streaming !== undefined && authorization.kind === "header") return { ok: true, hash, declaration: streaming };
  if (hash.startsWith("STREAMING-"))
    return refuse(501, "NotImplemented", { message: `The payload form ${hash} is not implemented here` });
  return refuse(400, "InvalidArgument", {
    message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING-* form, or a valid sha256 value.",
    details: { ArgumentName: "x-amz-content-sha256" },
  });
}

function declaredHash(
  authorization: Authorization,
  { query, headers }: { query: readonly QueryParameter[]; headers: HeaderFields },
): string | undefined {
  if (authorization.kind === "header") return headers.get("x-amz-content-sha256");
  const parameter = query.find(({ name }) => name.toLowerCase() === "x-amz-content-sha256");
  return parameter?.value ?? headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
}
