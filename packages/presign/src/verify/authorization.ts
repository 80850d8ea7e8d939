import type { HeaderFields, QueryParameter } from "./request-target.ts";
import { type Refusal, refuse } from "./request-target.ts";

/** The signature of a request, parsed but not verified. */
export type Authorization = {
  ok: true;
  kind: "query" | "header";
  accessKeyId: string;
  scope: { date: string; region: string; service: string; terminator: string };
  /** The instant of the signature, in the form yyyymmddThhmmssZ. */
  dateTime: string;
  /** The instant of the signature, in milliseconds since 1970. */
  signedAt: number;
  /** The lifetime of a presigned URL in seconds, from 1 to 604,800. Absent if the signature is in a header. */
  expiresIn?: number;
  /** The names of the signed headers, lowercase and sorted. */
  signedHeaders: readonly string[];
  signature: string;
  sessionToken?: string;
};

/** The maximum lifetime of a presigned URL, in seconds. Source: Amazon S3, "Authenticating requests: using query parameters". */
export const MAX_EXPIRES_IN = 604_800;
export const MAX_SKEW_MS = 15 * 60 * 1000;

const QUERY_NAMES = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"] as const;
const SIGNATURE = /^[0-9a-f]{64}$/;
const SIGNED_HEADERS = /^[!#$%&'*+.^_`|~0-9a-z-]+(?:;[!#$%&'*+.^_`|~0-9a-z-]+)*$/;
const DATE_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
export const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Reads the signature from the query or from the Authorization header of a request.
 *
 * Refuses a request with two signatures (400 `InvalidArgument`), and a request without a signature (403 `AccessDenied`). Refuses missing,
 * repeated and malformed parts of a signature (400 `AuthorizationQueryParametersError` or `AuthorizationHeaderMalformed`).
 */
export function readAuthorization(query: readonly QueryParameter[], headers: HeaderFields): Authorization | Refusal {
  const header = headers.get("authorization");
  const inQuery = query.some(({ name }) => isSignatureParameter(name));
  if (inQuery && header !== undefined) {
    const message =
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
    return refuse(400, "InvalidArgument", { message, details: { ArgumentName: "Authorization" } });
  }
  if (inQuery) return readQuery(query);
  if (header !== undefined) return readHeader(header, headers);
  return refuse(403, "AccessDenied", { message: "Access Denied" });
}

/**
 * Returns whether a query parameter belongs to the signature. Ignores upper and lower case, so that the verifier also refuses `x-amz-date`.
 */
function isSignatureParameter(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith("x-amz-") && QUERY_NAMES.some((known) => lower === `x-amz-${known.toLowerCase()}`);
}

function readQuery(query: readonly QueryParameter[]): Authorization | Refusal {
  const fields = collectQuery(query);
  if (fields === undefined) return queryError("Query-string authentication requires each X-Amz-* parameter once.");
  const [algorithm, credential, dateTime, expires, signedHeaders, signature] = QUERY_NAMES.map((name) =>
    fields.get(`X-Amz-${name}`),
  );
  if (!credential || !dateTime || !expires || !signedHeaders || !signature || !algorithm) {
    return queryError(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  }
  if (algorithm !== ALGORITHM) return queryError(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const expiresIn = /^[1-9]\d{0,5}$/.test(expires) ? Number(expires) : Number.NaN;
  if (!(expiresIn <= MAX_EXPIRES_IN))
    return queryError(`X-Amz-Expires must be a whole number of seconds from 1 to ${MAX_EXPIRES_IN}`);
  const parts = readParts({ credential, dateTime, signedHeaders, signature });
  if (typeof parts === "string") return queryError(`Error parsing the X-Amz-${parts} parameter`);
  const sessionToken = fields.get("X-Amz-Security-Token");
  return { ok: true, kind: "query", ...parts, expiresIn, ...(sessionToken !== undefined && { sessionToken }) };
}

/**
 * Collects the query parameters of the signature. Returns undefined if the query repeats such a parameter, even in other upper and lower
 * case.
 */
function collectQuery(query: readonly QueryParameter[]): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, value } of query) {
    const lower = name.toLowerCase();
    if (!lower.startsWith("x-amz-")) continue;
    if (seen.has(lower)) return undefined;
    seen.add(lower);
    fields.set(name, value);
  }
  return fields;
}

function readHeader(header: string, headers: HeaderFields): Authorization | Refusal {
  const space = header.indexOf(" ");
  const scheme = space === -1 ? header : header.slice(0, space);
  if (scheme !== ALGORITHM) return unsupportedScheme(scheme);
  const fields = collectHeader(header.slice(space + 1));
  const credential = fields?.get("Credential");
  const signedHeaders = fields?.get("SignedHeaders");
  const signature = fields?.get("Signature");
  if (fields?.size !== 3 || !credential || !signedHeaders || !signature) {
    return headerError("The authorization header requires Credential, SignedHeaders and Signature, each once.");
  }
  const dateTime = headers.get("x-amz-date");
  if (dateTime === undefined || toTime(dateTime) === undefined) {
    return refuse(403, "AccessDenied", { message: "AWS authentication requires a valid x-amz-date header" });
  }
  const parts = readParts({ credential, dateTime, signedHeaders, signature });
  if (typeof parts === "string")
    return headerError(`The authorization header is malformed; its ${parts} could not be read.`);
  const sessionToken = headers.get("x-amz-security-token");
  return { ok: true, kind: "header", ...parts, ...(sessionToken !== undefined && { sessionToken }) };
}

function collectHeader(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const pair of text.split(",").map((part) => part.trim())) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    if (equals === -1 || fields.has(name)) return undefined;
    fields.set(name, pair.slice(equals + 1));
  }
  return fields;
}

type RawParts = { credential: string; dateTime: string; signedHeaders: string; signature: string };

/** Parses the parts of a signature, or returns the name of the first malformed part. */
function readParts(raw: RawParts) {
  const signer = readSigner(raw);
  if (typeof signer === "string") return signer;
  const signedHeaders = raw.signedHeaders.split(";").sort();
  if (!SIGNED_HEADERS.test(raw.signedHeaders) || new Set(signedHeaders).size < signedHeaders.length)
    return "SignedHeaders";
  return { ...signer, signedHeaders };
}

/** Parses a credential, a date and a signature, or returns the name of the first malformed value. */
export function readSigner({ credential, dateTime, signature }: Omit<RawParts, "signedHeaders">) {
  const [accessKeyId, date, region, service, terminator, ...rest] = credential.split("/");
  if (!accessKeyId || !date || !region || !service || !terminator || rest.length > 0) return "Credential";
  const signedAt = toTime(dateTime);
  if (signedAt === undefined) return "Date";
  if (!SIGNATURE.test(signature)) return "Signature";
  return { accessKeyId, scope: { date, region, service, terminator }, dateTime, signedAt, signature };
}

function toTime(dateTime: string): number | undefined {
  const match = DATE_TIME.exec(dateTime);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // `Date.UTC` turns February 31 into March 3. A date that changes in this way is invalid.
  return new Date(time).toISOString().replace(/[:-]|\.000/g, "") === dateTime ? time : undefined;
}

function unsupportedScheme(scheme: string): Refusal {
  if (scheme.startsWith("AWS")) {
    const message = `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`;
    return refuse(400, "InvalidRequest", { message });
  }
  return refuse(400, "InvalidArgument", {
    message: "Unsupported Authorization Type",
    details: { ArgumentName: "Authorization" },
  });
}

function queryError(message: string): Refusal {
  return refuse(400, "AuthorizationQueryParametersError", { message });
}

function headerError(message: string): Refusal {
  return refuse(400, "AuthorizationHeaderMalformed", { message });
}
