import { encodeRfc3986 } from "../encode.ts";

/** A query parameter, percent-decoded. */
export type QueryParameter = { readonly name: string; readonly value: string };

/**
 * A parsed request target. Verification and routing share one parsed target, so that both always agree on the path and the query.
 *
 * `rawPath`: the path as in the request. `path`: the path, percent-decoded once. `canonicalPath`: `path`, encoded as Signature Version 4
 * requires.
 */
export type RequestTarget = {
  ok: true;
  rawPath: string;
  path: string;
  canonicalPath: string;
  query: readonly QueryParameter[];
};

const NON_ASCII = /[\u0080-\u00ff]/g;
const PLAIN_PATH = /^[A-Za-z0-9_.~/-]*$/;

/**
 * Parses a raw request target (`/bucket/key?query`). Each character of the target stands for one received byte.
 *
 * Normalises nothing, so `//`, `.` and `..` remain in the path. The character `+` in the query means a space. Refuses targets without the
 * origin form, broken percent-encoding, and bytes that are not UTF-8 (400 `InvalidURI`).
 */
export function parseRequestTarget(target: string): RequestTarget | Refusal {
  const mark = target.indexOf("?");
  const rawPath = mark === -1 ? target : target.slice(0, mark);
  if (!rawPath.startsWith("/")) return invalidUri();
  const path = decode(rawPath);
  const query = mark === -1 ? [] : parseQuery(target.slice(mark + 1));
  if (path === undefined || query === undefined) return invalidUri();
  return { ok: true, rawPath, path, canonicalPath: canonicalPath(path), query };
}

/** Makes the canonical query of Signature Version 4: encoded, sorted by name and then by value, and without the parameter `except`. */
export function canonicalQuery(query: readonly QueryParameter[], except?: string): string {
  const pairs: [string, string][] = [];
  for (const { name, value } of query) {
    if (name !== except) pairs.push([encodeRfc3986(name), encodeRfc3986(value)]);
  }
  pairs.sort((left, right) => compare(left[0], right[0]) || compare(left[1], right[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function canonicalPath(path: string): string {
  return PLAIN_PATH.test(path) ? path : encodeRfc3986(path).replaceAll("%2F", "/");
}

function parseQuery(raw: string): QueryParameter[] | undefined {
  const query: QueryParameter[] = [];
  for (const pair of raw.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = decodeQuery(equals === -1 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    query.push({ name, value });
  }
  return query;
}

function decodeQuery(raw: string): string | undefined {
  return decode(raw.replaceAll("+", " "));
}

function decode(raw: string): string | undefined {
  if (PLAIN_PATH.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replace(NON_ASCII, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
  } catch {
    return undefined;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function invalidUri(): Refusal {
  return refuse(400, "InvalidURI", { message: "Couldn't parse the specified URI." });
}

/** The values of headers by lowercase name. The signature joins the values of a repeated header with commas. */
export type HeaderFields = ReadonlyMap<string, string>;

const INNER_WHITE_SPACE = /[ \t]+/g;

/** Reads a flat list of names and values, such as `IncomingMessage.rawHeaders` of node:http. */
export function readHeaders(rawHeaders: readonly string[]): HeaderFields {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = (rawHeaders[index + 1] as string).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before},${value}`);
  }
  return fields;
}

/**
 * Makes the canonical header lines of Signature Version 4. `signedHeaders` must be sorted. For a missing header, the signed value is empty.
 */
export function canonicalHeaders(fields: HeaderFields, signedHeaders: readonly string[]): string {
  return signedHeaders.map((name) => `${name}:${(fields.get(name) ?? "").replace(INNER_WHITE_SPACE, " ")}\n`).join("");
}

/**
 * Returns the names of headers that the signature must cover but does not: `host`, and every received `x-amz-*` header.
 *
 * With an unsigned `x-amz-*` header, the holder of a URL could do more than the signer permits, for example add `x-amz-copy-source`.
 */
export function unsignedFields(fields: HeaderFields, signedHeaders: readonly string[]): string[] {
  const unsigned = signedHeaders.includes("host") ? [] : ["host"];
  for (const name of fields.keys()) {
    if (name.startsWith("x-amz-") && !signedHeaders.includes(name)) unsigned.push(name);
  }
  return unsigned;
}

/** The values for an error response. `details`: additional elements of the S3 error document. */
export type Refusal = {
  ok: false;
  status: number;
  code: string;
  message: string;
  details: Readonly<Record<string, string>>;
};

export function refuse(status: number, code: string, options: { message: string; details?: Record<string, string> }) {
  return { ok: false, status, code, message: options.message, details: options.details ?? {} } satisfies Refusal;
}
