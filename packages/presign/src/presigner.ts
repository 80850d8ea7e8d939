import { encodeKey, encodeRfc3986 } from "./encode.ts";
import { PresignError } from "./errors.ts";
import { type DividedHeaders, divideHeaders } from "./headers.ts";
import { lifetimeOf } from "./lifetime.ts";
import { createPresignPost } from "./post.ts";
import { createSigningDays } from "./signing-days.ts";
import { type ResolvedTarget, resolveTarget } from "./target.ts";
import type {
  ObjectName,
  PresignedRequest,
  Presigner,
  PresignOptions,
  PresignTarget,
  ResponseOverrides,
  UploadPartOptions,
} from "./types.ts";

/** What differs between operations: `query` sorts before hoisted headers, `operationQuery` after them. */
type Operation = { method: string; query: string; operationQuery: string; cacheWindowSeconds?: number | undefined };
type Sign = (options: PresignOptions, operation: Operation) => PresignedRequest;

const MAX_PART_NUMBER = 10_000;

/**
 * Makes a presigner for one bucket.
 *
 * It keeps the signing keys of the last few days and credentials that it signed with. Throws PresignError `invalid_target`.
 * Source: AWS "Authenticating requests: using query parameters (AWS Signature Version 4)".
 */
export function createPresigner(target: PresignTarget): Presigner {
  const place = resolveTarget(target);
  const findDay = createSigningDays(place.region);
  const sign = createSign(place, findDay);
  return {
    presignGet: (options) =>
      sign(options, {
        method: "GET",
        query: responseQuery(options.response) + versionQuery(options.versionId),
        operationQuery: "&x-id=GetObject",
        cacheWindowSeconds: options.cacheWindowSeconds,
      }),
    presignHead: (options) =>
      sign(options, { method: "HEAD", query: versionQuery(options.versionId), operationQuery: "" }),
    presignPut: (options) => sign(options, { method: "PUT", query: "", operationQuery: "&x-id=PutObject" }),
    presignDelete: (options) =>
      sign(options, { method: "DELETE", query: versionQuery(options.versionId), operationQuery: "&x-id=DeleteObject" }),
    presignUploadPart: (options) =>
      sign(options, { method: "PUT", query: partQuery(options), operationQuery: "&x-id=UploadPart" }),
    presignPost: createPresignPost(place, findDay),
  };
}

/** Canonical request and URL share their pieces; X-Amz-Signature is the one parameter that only the URL has. */
function createSign(place: ResolvedTarget, findDay: ReturnType<typeof createSigningDays>): Sign {
  const { host, origin, pathPrefix } = place;
  const hostOnly = divideHeaders(host, {});
  return (options, { method, query, operationQuery, cacheWindowSeconds }) => {
    const { signedAtSecond, expiresAt, warning } = lifetimeOf(options, cacheWindowSeconds);
    const day = findDay(signedAtSecond, options.credentials);
    const divided = options.headers === undefined ? hostOnly : divideHeaders(host, options.headers);
    const amzDate = day.amzDate(signedAtSecond);
    const path = pathPrefix + encodedKeyOf(options);
    const head = `${day.queryHead}${amzDate}&X-Amz-Expires=${options.expiresInSeconds}${day.tokenQuery}`;
    const tail = `&X-Amz-SignedHeaders=${signedHeadersParameter(divided)}${query}${divided.hoistedQuery}${operationQuery}`;
    const signature = day.sign(
      amzDate,
      `${method}\n${path}\n${head}${tail}\n${divided.canonical}\n${divided.names}\nUNSIGNED-PAYLOAD`,
    );
    const request: PresignedRequest = {
      method,
      url: `${origin}${path}?${head}&X-Amz-Signature=${signature}${tail}`,
      // A copy: the caller may add to it.
      headers: { ...divided.toSend },
      expiresAt,
    };
    if (warning !== undefined) request.warning = warning;
    return request;
  };
}

function signedHeadersParameter({ names }: DividedHeaders): string {
  return names === "host" ? names : encodeRfc3986(names);
}

function encodedKeyOf({ key, encodedKey }: ObjectName): string {
  if (encodedKey === undefined) return encodeKey(key);
  if (key !== undefined) throw new PresignError("invalid_key", "Give key or encodedKey, not both");
  return encodedKey;
}

/** In the order of the encoded names, which is the order of the signature. */
function responseQuery(response: ResponseOverrides | undefined): string {
  if (response === undefined) return "";
  const expires = response.expires instanceof Date ? response.expires.toUTCString() : response.expires;
  return (
    parameter("response-cache-control", response.cacheControl) +
    parameter("response-content-disposition", response.contentDisposition) +
    parameter("response-content-encoding", response.contentEncoding) +
    parameter("response-content-language", response.contentLanguage) +
    parameter("response-content-type", response.contentType) +
    parameter("response-expires", expires)
  );
}

function versionQuery(versionId: string | undefined): string {
  return parameter("versionId", versionId);
}

function partQuery({ partNumber, uploadId }: UploadPartOptions): string {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw new PresignError("invalid_part", `partNumber must be whole, 1 to ${MAX_PART_NUMBER}`);
  }
  if (typeof uploadId !== "string" || uploadId === "") throw new PresignError("invalid_part", "uploadId is empty");
  return `&partNumber=${partNumber}&uploadId=${encodeRfc3986(uploadId)}`;
}

function parameter(name: string, value: string | undefined): string {
  return value === undefined ? "" : `&${name}=${encodeRfc3986(value)}`;
}
