import { type Authorization, MAX_SKEW_MS, readAuthorization } from "./authorization.ts";
import {
  cachedSigningKeys,
  checkCredentials,
  checkScope,
  equalInConstantTime,
  type SigningContext,
  sign,
  signatureDoesNotMatch,
  stringToSign,
  type VerifierOptions,
} from "./credentials.ts";
import { type PayloadDeclaration, readPayload } from "./payload.ts";
import {
  canonicalHeaders,
  canonicalQuery,
  type HeaderFields,
  parseRequestTarget,
  type Refusal,
  type RequestTarget,
  readHeaders,
  refuse,
  unsignedFields,
} from "./request-target.ts";

/** A received request. In the target and the headers of the request, each character stands for one byte, as in node:http. */
export type ReceivedRequest = { method: string; target: string; rawHeaders: readonly string[] };

/** An accepted request. Use the parsed parts of the request instead of the raw request. */
export type VerifiedRequest = {
  ok: true;
  kind: "query" | "header";
  accessKeyId: string;
  /** The expiry of a presigned URL, in milliseconds since 1970. Absent if the signature is in a header. */
  expiresAt?: number;
  target: RequestTarget;
  headers: HeaderFields;
  /**
   * The names of the signed headers, lowercase and sorted. The holder of a presigned URL can freely choose all headers that are not signed.
   */
  signedHeaders: readonly string[];
  payload: PayloadDeclaration;
  /** The signature of the request, for `createAwsChunkedDecoder`. The signature of the first chunk covers it. */
  chunkSeed: SigningContext & { signature: string };
};

/** Verifies one request. `now`: in milliseconds since 1970. */
export type Verifier = (request: ReceivedRequest, now: number) => VerifiedRequest | Refusal;

type Context = { request: ReceivedRequest; target: RequestTarget; headers: HeaderFields; now: number };

/**
 * Makes a verifier for Amazon S3 requests that are signed with Signature Version 4, in the query or in the Authorization header.
 *
 * The signature covers the method, the raw path, every query parameter and every signed header. The client must sign `host` and all
 * `x-amz-*` headers. A refusal has the status, code and message of Amazon S3. The verifier never throws, even if a client sends invalid
 * data. Source: AWS "Authenticating Requests (AWS Signature Version 4)".
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { createVerifier } from "@valetkey/presign";
 *
 * const findCredentials = (accessKeyId: string) =>
 *   accessKeyId === "AKIDEXAMPLE" ? { secretAccessKey: "secret" } : undefined;
 * const verify = createVerifier({ region: "us-east-1", findCredentials });
 * const server = createServer(({ method = "", url = "", rawHeaders }, response) => {
 *   const result = verify({ method, target: url, rawHeaders }, Date.now());
 *   response.writeHead(result.ok ? 200 : result.status).end();
 * });
 * server.close();
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const signingKey = cachedSigningKeys(options.region);
  return (request, now) => {
    const target = parseRequestTarget(request.target);
    if (!target.ok) return target;
    const headers = readHeaders(request.rawHeaders);
    const authorization = readAuthorization(target.query, headers);
    if (!authorization.ok) return authorization;
    const credentials = options.findCredentials(authorization.accessKeyId);
    const refusal =
      checkTime(authorization, now) ??
      checkScope(authorization, options.region) ??
      checkCredentials(authorization, credentials) ??
      checkSignedHeaders(authorization, headers);
    if (refusal !== undefined || credentials === undefined) return refusal as Refusal;
    return checkSignature(authorization, {
      request,
      target,
      headers,
      now,
      signingKey: signingKey(authorization.scope.date, credentials.secretAccessKey),
    });
  };
}

function checkTime(authorization: Authorization, now: number): Refusal | undefined {
  const { signedAt, expiresIn } = authorization;
  const serverTime = new Date(now).toISOString();
  if (expiresIn === undefined) {
    if (Math.abs(now - signedAt) <= MAX_SKEW_MS) return undefined;
    return refuse(403, "RequestTimeTooSkewed", {
      message: "The difference between the request time and the current time is too large.",
      details: {
        RequestTime: authorization.dateTime,
        ServerTime: serverTime,
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      },
    });
  }
  // A URL works from 15 minutes before its signing time, because clocks differ, but never after its expiry.
  if (signedAt - now > MAX_SKEW_MS) return refuse(403, "AccessDenied", { message: "Request is not valid yet" });
  const expires = signedAt + expiresIn * 1000;
  if (now < expires) return undefined;
  return refuse(403, "AccessDenied", {
    message: "Request has expired",
    details: { "X-Amz-Expires": String(expiresIn), Expires: new Date(expires).toISOString(), ServerTime: serverTime },
  });
}

function checkSignedHeaders(authorization: Authorization, headers: HeaderFields): Refusal | undefined {
  const unsigned = unsignedFields(headers, authorization.signedHeaders);
  if (unsigned.length === 0) return undefined;
  return refuse(403, "AccessDenied", {
    message: "There were headers present in the request which were not signed",
    details: { HeadersNotSigned: unsigned.join(", ") },
  });
}

function checkSignature(
  authorization: Authorization,
  context: Context & { signingKey: Uint8Array },
): VerifiedRequest | Refusal {
  const { target, headers, signingKey } = context;
  const payload = readPayload(authorization, { query: target.query, headers });
  if (!payload.ok) return payload;
  const { kind, accessKeyId, signature, dateTime, scope, signedAt, expiresIn } = authorization;
  const signing = { dateTime, scope: `${scope.date}/${scope.region}/s3/aws4_request`, signingKey };
  // A client can percent-encode more or fewer characters of the path than the signer. All encodings of a path name the same key, so each
  // encoding is valid.
  const paths = target.rawPath === target.canonicalPath ? [target.rawPath] : [target.rawPath, target.canonicalPath];
  let last = "";
  for (const path of paths) {
    last = canonicalRequest(authorization, { ...context, path, payloadHash: payload.hash });
    if (equalInConstantTime(sign(stringToSign(last, signing), signingKey), signature)) {
      return {
        ok: true,
        kind,
        accessKeyId,
        ...(expiresIn !== undefined && { expiresAt: signedAt + expiresIn * 1000 }),
        target,
        headers,
        signedHeaders: authorization.signedHeaders,
        payload: payload.declaration,
        chunkSeed: { ...signing, signature },
      };
    }
  }
  const refusal = signatureDoesNotMatch(authorization, stringToSign(last, signing));
  return { ...refusal, details: { ...refusal.details, CanonicalRequest: last } };
}

function canonicalRequest(
  authorization: Authorization,
  context: Context & { path: string; payloadHash: string },
): string {
  const { request, target, headers, path, payloadHash } = context;
  const { signedHeaders, kind } = authorization;
  return [
    request.method,
    path,
    canonicalQuery(target.query, kind === "query" ? "X-Amz-Signature" : undefined),
    canonicalHeaders(headers, signedHeaders),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}
