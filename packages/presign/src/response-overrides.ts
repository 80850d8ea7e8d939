import { encodeRfc3986 } from "./encode.ts";

/** Headers that the bucket sends in a response instead of the headers that are stored with the object. */
export type ResponseOverrides = {
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentType?: string | undefined;
  readonly expires?: Date | string | undefined;
};

declare const encodedResponseBrand: unique symbol;

/** Response overrides, encoded for the query of a URL. Store the encoded text if you sign URLs for the same object often. */
export type EncodedResponse = string & { readonly [encodedResponseBrand]: true };

/**
 * Encodes response overrides once, sorted by name as the signature requires.
 *
 * Throws PresignError `invalid_text` when a value has half of a surrogate pair (broken Unicode). Source: Amazon S3 API, GetObject, `response-*`.
 */
export function encodeResponse(response: ResponseOverrides): EncodedResponse {
  const expires = response.expires instanceof Date ? response.expires.toUTCString() : response.expires;
  return (parameter("response-cache-control", response.cacheControl) +
    parameter("response-content-disposition", response.contentDisposition) +
    parameter("response-content-encoding", response.contentEncoding) +
    parameter("response-content-language", response.contentLanguage) +
    parameter("response-content-type", response.contentType) +
    parameter("response-expires", expires)) as EncodedResponse;
}

export function parameter(name: string, value: string | undefined): string {
  return value === undefined ? "" : `&${name}=${encodeRfc3986(value)}`;
}
