import type { IncomingMessage, ServerResponse } from "node:http";
import type { VerifiedRequest } from "@valetkey/presign";
import { invalidArgument, S3Error } from "../errors.ts";

/** A request and its response. `expectsContinue`: the client sends the body only after `100 Continue`. */
export type Exchange = { incoming: IncomingMessage; outgoing: ServerResponse; expectsContinue: boolean };

/**
 * A verified and parsed request. Operations read only the parsed values, never the raw request.
 *
 * `parameters`: the query parameters without those of the signature. `field` returns a header by its lowercase name, and also an `x-amz-*`
 * header that a presigner has put into the query.
 */
export type S3Request = Exchange & {
  method: string;
  bucket: string;
  key: string;
  parameters: ReadonlyMap<string, string>;
  field: (name: string) => string | undefined;
  /** The lowercase names of all `x-amz-*` headers and query parameters. */
  amzFields: readonly string[];
  verified: VerifiedRequest;
};

export type Fields = Pick<S3Request, "field" | "amzFields">;

const MAX_KEY_BYTES = 1024;
const SIGNATURE_PARAMETERS = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signedheaders",
  "x-amz-signature",
  "x-amz-security-token",
  "x-amz-content-sha256",
]);

/** Parses a verified request. Throws KeyTooLongError, or InvalidArgument for a repeated query parameter. */
export function readRequest(verified: VerifiedRequest, exchange: Exchange): S3Request {
  const { bucket, key } = splitPath(verified.target.path);
  checkKeyLength(key);
  const { parameters, hoisted } = readQuery(verified);
  const amzHeaders = [...verified.headers.keys()].filter((name) => name.startsWith("x-amz-"));
  return {
    ...exchange,
    bucket,
    key,
    parameters,
    verified,
    method: exchange.incoming.method ?? "",
    field: (name) => verified.headers.get(name) ?? hoisted.get(name),
    amzFields: [...amzHeaders, ...hoisted.keys()].filter((name) => !SIGNATURE_PARAMETERS.has(name)),
  };
}

/** Throws KeyTooLongError if the key is longer than 1,024 bytes in UTF-8. */
export function checkKeyLength(key: string): void {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return;
  throw new S3Error("KeyTooLongError", "Your key is too long", {
    details: { MaxSizeAllowed: String(MAX_KEY_BYTES) },
  });
}

/** Splits a decoded path into bucket and key. The key keeps `//` and a `/` at its end. */
export function splitPath(path: string): { bucket: string; key: string } {
  const slash = path.indexOf("/", 1);
  return slash === -1
    ? { bucket: path.slice(1), key: "" }
    : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

function readQuery({ target, headers }: VerifiedRequest) {
  const parameters = new Map<string, string>();
  const hoisted = new Map<string, string>();
  for (const { name, value } of target.query) {
    const lower = name.toLowerCase();
    if (!lower.startsWith("x-amz-")) addOnce(parameters, name, value);
    // As in Amazon S3, only a header can declare a checksum. A checksum in the query can be wrong, because SDKs presign the checksum of an
    // empty body.
    else if (!SIGNATURE_PARAMETERS.has(lower) && !/^x-amz-(?:checksum|sdk)-/.test(lower)) {
      if (headers.has(lower)) throw repeated(name);
      addOnce(hoisted, lower, value);
    } else if (lower === "x-amz-checksum-mode") addOnce(hoisted, lower, value);
  }
  parameters.delete("x-id");
  return { parameters, hoisted };
}

function addOnce(map: Map<string, string>, name: string, value: string): void {
  if (map.has(name)) throw repeated(name);
  map.set(name, value);
}

function repeated(name: string): S3Error {
  return invalidArgument("The request has a parameter twice.", { ArgumentName: name });
}
