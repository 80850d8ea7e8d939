import { PresignError } from "./errors.ts";

declare const encodedKeyBrand: unique symbol;

/** A valid object key, percent-encoded for a URL path. Store the encoded key if you sign many URLs for the object. */
export type EncodedKey = string & { readonly [encodedKeyBrand]: true };

const MAX_KEY_BYTES = 1024;
// UTF-8 needs at most three bytes for each UTF-16 code unit, so a key with at most this many code units is never too long.
const SURELY_SHORT_ENOUGH = Math.floor(MAX_KEY_BYTES / 3);
const NEEDS_NO_ENCODING = /^[A-Za-z0-9_.~/-]*$/;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;
const ENCODED_KEY = /^(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+$/;
const DOT = 0x2e;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * Percent-encodes all characters except the unreserved characters of RFC 3986, as Signature Version 4 requires.
 *
 * The result has uppercase hex digits, and `%20` for a space. Also encodes `!'()*` and `/`. Throws PresignError `invalid_text` if the text
 * has half of a surrogate pair, which UTF-8 cannot express. Source: AWS "Signature Version 4 signing", UriEncode.
 */
export function encodeRfc3986(text: string): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch (cause) {
    throw new PresignError(
      "invalid_text",
      "The text has half of a surrogate pair (broken Unicode) and cannot be encoded as UTF-8",
      { cause },
    );
  }
  return encoded.replace(LEFT_BY_ENCODE_URI_COMPONENT, escapeAscii);
}

/**
 * Validates an object key, and percent-encodes it for a URL path. Keeps `/`, and normalises nothing.
 *
 * Throws PresignError `invalid_key` if the key does not have 1 to 1,024 bytes in UTF-8. Also throws for NUL, half of a surrogate pair, and
 * a segment `.` or `..`, because URL parsers remove these segments, and the URL would then name another object. Source: Amazon S3 "Naming
 * Amazon S3 objects", and RFC 3986 section 5.2.4.
 */
export function encodeKey(key: string): EncodedKey {
  if (typeof key !== "string" || key === "") throw invalidKey("is empty");
  // The plain text search is much faster than the regular expression, and finds no `/.` in most keys.
  if ((key.charCodeAt(0) === DOT || key.includes("/.")) && DOT_SEGMENT.test(key)) {
    throw invalidKey("has a '.' or '..' segment, which URL parsers collapse");
  }
  if (NEEDS_NO_ENCODING.test(key)) return key.length <= MAX_KEY_BYTES ? (key as EncodedKey) : tooLong();
  if (key.includes("\0")) throw invalidKey("contains NUL");
  if (!key.isWellFormed())
    throw invalidKey("has half of a surrogate pair (broken Unicode) and cannot be encoded as UTF-8");
  const encoded = encodeRfc3986(key);
  if (key.length > SURELY_SHORT_ENOUGH && encodedByteLength(encoded) > MAX_KEY_BYTES) tooLong();
  return encoded.replaceAll("%2F", "/") as EncodedKey;
}

/**
 * Validates an encoded key that was stored as text, for example in a database row.
 *
 * Throws PresignError `invalid_key` unless encodeKey could have returned the text.
 */
export function parseEncodedKey(stored: string): EncodedKey {
  if (typeof stored !== "string" || !ENCODED_KEY.test(stored)) throw invalidKey("is not in encoded form");
  let key: string;
  try {
    key = decodeURIComponent(stored);
  } catch (cause) {
    throw new PresignError("invalid_key", "The encoded key is not UTF-8", { cause });
  }
  if (encodeKey(key) !== stored) throw invalidKey("is not in the form that encodeKey returns");
  return stored as EncodedKey;
}

function escapeAscii(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function encodedByteLength(encoded: string): number {
  return encoded.length - 2 * (encoded.split("%").length - 1);
}

function tooLong(): never {
  throw invalidKey(`is longer than ${MAX_KEY_BYTES} UTF-8 bytes`);
}

function invalidKey(why: string): PresignError {
  return new PresignError("invalid_key", `The object key ${why}`);
}

/** Response headers in a URL, which the bucket sends instead of the headers that are stored with the object. */
export type ResponseOverrides = {
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentType?: string | undefined;
  readonly expires?: Date | string | undefined;
};

declare const encodedResponseBrand: unique symbol;

/** Response overrides, encoded for the query of a URL. Store the encoded overrides if you often sign URLs for one object. */
export type EncodedResponse = string & { readonly [encodedResponseBrand]: true };

/**
 * Encodes response overrides for many URLs, sorted by name as the signature requires.
 *
 * Throws PresignError `invalid_text` if a value has half of a surrogate pair (broken Unicode). Source: Amazon S3 API, GetObject,
 * `response-*`.
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
