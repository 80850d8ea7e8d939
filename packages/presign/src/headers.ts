import { encodeRfc3986 } from "./encode.ts";
import { PresignError } from "./errors.ts";

/** The headers of a request, divided into those that are signed and sent, and the query parameters that the others became. */
export type DividedHeaders = {
  /** `content-type;host`, as in the canonical request. */
  names: string;
  /** One `name:value` line each, every line ended. */
  canonical: string;
  /** What the client must send besides host. */
  toSend: Record<string, string>;
  /** `&name=value…`, encoded and sorted. */
  hoistedQuery: string;
};

const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** AWS honours these only as headers: in the query they are ignored, and the bucket would check and encrypt nothing. */
const ENFORCED = /^x-amz-(?:server-side-encryption|checksum-(?!(?:mode|algorithm|type)$))/;

/** The signature itself sets these. */
const RESERVED =
  /^(?:host|x-amz-(?:algorithm|content-sha256|credential|date|expires|security-token|signature|signedheaders))$/;

/** Browsers, proxies and CDNs set, change or drop these on the way, and a signature over them breaks. */
const UNSTABLE =
  /^(?:accept-encoding|authorization|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|(?:proxy|sec)-.*)$/;

/**
 * Divides the headers of a request to a host; names are lowercased.
 *
 * Throws PresignError `invalid_header` for a malformed name or value, a name given twice, and a header that cannot be signed safely.
 */
export function divideHeaders(host: string, headers: Readonly<Record<string, string>>): DividedHeaders {
  const signed = new Map([["host", host]]);
  const hoisted = new Map<string, string>();
  const toSend = new Map<string, string>();
  for (const [givenName, value] of Object.entries(headers)) {
    const name = givenName.toLowerCase();
    assertHeader(name, value);
    if (signed.has(name) || hoisted.has(name)) throw invalidHeader(name, "is given twice");
    if (name.startsWith("x-amz-") && !ENFORCED.test(name)) {
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
    throw invalidHeader(name, "needs text without control characters");
  if (RESERVED.test(name)) throw invalidHeader(name, "is set by the signature");
  if (UNSTABLE.test(name)) throw invalidHeader(name, "is changed on the way to the bucket and must not be signed");
}

/** Clients disagree on how other text becomes header bytes, so a signature over it would hold in some of them only. */
function assertSendable(name: string, value: string): string {
  if (!ASCII.test(value))
    throw invalidHeader(name, "must be ASCII (a filename in another script: RFC 8187, filename*=)");
  return value;
}

function invalidHeader(name: string, why: string): PresignError {
  return new PresignError("invalid_header", `The header ${JSON.stringify(name)} ${why}`);
}
