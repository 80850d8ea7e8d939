import { encodeRfc3986 } from "./encode.ts";
import { PresignError } from "./errors.ts";

/** The headers of a request in two groups: signed headers, which stay headers, and headers that become query parameters. */
export type DividedHeaders = {
  /** The names of the signed headers for the canonical request, such as `content-type;host`. */
  names: string;
  /** One line `name:value` for each signed header, with a line break at the end. */
  canonical: string;
  /** The headers that the client must send in addition to `host`. */
  toSend: Record<string, string>;
  /** The query parameters, encoded and sorted, in the form `&name=value…`. */
  hoistedQuery: string;
};

const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find control characters
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/**
 * AWS reads values for encryption and checksums only from headers. A bucket ignores such values in the query, and checks and encrypts
 * nothing.
 */
const KEPT_AS_HEADERS = /^x-amz-(?:server-side-encryption|checksum-(?!(?:mode|algorithm|type)$))/;

/** Headers and parameters that the signer sets itself. A caller may not pass these headers and parameters. */
const RESERVED =
  /^(?:host|x-amz-(?:algorithm|content-sha256|credential|date|expires|security-token|signature|signedheaders))$/;

/** Headers that browsers, proxies and CDNs set, change or drop. A changed header would make the signature invalid. */
const UNSTABLE =
  /^(?:accept-encoding|authorization|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|(?:proxy|sec)-.*)$/;

/**
 * Divides the headers of a request into signed headers and query parameters. Converts all names to lowercase.
 *
 * Throws PresignError `invalid_header` for a malformed name or value, a repeated name, and a header that is unsafe to sign.
 */
export function divideHeaders(host: string, headers: Readonly<Record<string, string>>): DividedHeaders {
  const signed = new Map([["host", host]]);
  const hoisted = new Map<string, string>();
  const toSend = new Map<string, string>();
  for (const [givenName, value] of Object.entries(headers)) {
    const name = givenName.toLowerCase();
    assertHeader(name, value);
    if (signed.has(name) || hoisted.has(name)) throw invalidHeader(name, "appears twice");
    if (name.startsWith("x-amz-") && !KEPT_AS_HEADERS.test(name)) {
      hoisted.set(name, value);
    } else {
      const sent = assertSendable(name, value).trim();
      toSend.set(name, sent);
      signed.set(name, sent.replace(/[ \t]+/g, " "));
    }
  }
  return { ...canonicalForm(signed), toSend: Object.fromEntries(toSend), hoistedQuery: hoistedQuery(hoisted) };
}

function canonicalForm(signed: ReadonlyMap<string, string>): { names: string; canonical: string } {
  const names = [...signed.keys()].sort();
  return { names: names.join(";"), canonical: names.map((name) => `${name}:${signed.get(name)}\n`).join("") };
}

function hoistedQuery(hoisted: ReadonlyMap<string, string>): string {
  const encoded = new Map([...hoisted].map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)]));
  return [...encoded.keys()]
    .sort()
    .map((name) => `&${name}=${encoded.get(name)}`)
    .join("");
}

function assertHeader(name: string, value: unknown): void {
  if (!TOKEN.test(name)) throw invalidHeader(name, "is not a header name");
  if (typeof value !== "string" || CONTROL.test(value))
    throw invalidHeader(name, "must be text without control characters");
  if (RESERVED.test(name)) throw invalidHeader(name, "is set by the signature");
  if (UNSTABLE.test(name)) throw invalidHeader(name, "can change on the way to the bucket, so it cannot be signed");
}

/** Refuses a value that is not ASCII. Clients encode such text in different ways, so the signature would be wrong for some clients. */
function assertSendable(name: string, value: string): string {
  if (!ASCII.test(value)) throw invalidHeader(name, "must be ASCII (for another filename, use filename*= of RFC 8187)");
  return value;
}

function invalidHeader(name: string, why: string): PresignError {
  return new PresignError("invalid_header", `The header ${JSON.stringify(name)} ${why}`);
}
