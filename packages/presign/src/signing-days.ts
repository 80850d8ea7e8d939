import { encodeRfc3986 } from "./encode.ts";
import { PresignError } from "./errors.ts";
import { createSignRequest, deriveSigningKey, type SignRequest } from "./signature.ts";
import type { Credentials } from "./types.ts";

/** The values that are constant for one day, one region and one set of credentials. */
type SigningDay = {
  readonly credential: string;
  readonly signingKey: Uint8Array;
  readonly sign: SignRequest;
  /** Computes the values that all signatures with the same second and lifetime share. The second must be in this signing day. */
  moment(epochSecond: number, expiresInSeconds: number): Moment;
};

/**
 * The values that all signatures with the same second and lifetime share. `amzDate` has the form yyyymmddThhmmssZ.
 *
 * `inRequest` and `inUrl` contain the query parameters that follow the key and are sorted before X-Amz-Signature: `inRequest` for the
 * canonical request, and `inUrl` for the URL.
 */
type Moment = {
  readonly epochSecond: number;
  readonly expiresInSeconds: number;
  readonly amzDate: string;
  readonly inRequest: string;
  readonly inUrl: string;
};

type CachedDay = { credentials: Credentials; dayNumber: number; day: SigningDay };

const SECONDS_PER_DAY = 86_400;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find control characters
const CONTROL = /[\x00-\x1f\x7f]/;
// A process signs with few credentials at a time. The limit of cached days removes old credentials and their secrets from the cache.
const MAX_CACHED_DAYS = 8;

/** Makes a function that returns the signing day for an instant and credentials. Caches the signing keys of recent days. */
export function createSigningDays(region: string): (epochSecond: number, credentials: Credentials) => SigningDay {
  const cached: CachedDay[] = [];
  return (epochSecond, credentials) => {
    const dayNumber = Math.floor(epochSecond / SECONDS_PER_DAY);
    const found = cached.find((entry) => entry.dayNumber === dayNumber && isSame(entry.credentials, credentials));
    if (found !== undefined) return found.day;
    const day = createSigningDay({ region, dayNumber, credentials });
    cached.unshift({ credentials: { ...credentials }, dayNumber, day });
    cached.length = Math.min(cached.length, MAX_CACHED_DAYS);
    return day;
  };
}

function createSigningDay(options: { region: string; dayNumber: number; credentials: Credentials }): SigningDay {
  const { region, dayNumber, credentials } = options;
  assertCredentials(credentials);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = new Date(dayNumber * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10).replaceAll("-", "");
  const scope = `${date}/${region}/s3/aws4_request`;
  const credential = `${accessKeyId}/${scope}`;
  const signingKey = deriveSigningKey({ secretAccessKey, date, region, service: "s3" });
  const queryStart =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD" +
    `&X-Amz-Credential=${encodeRfc3986(credential)}&X-Amz-Date=`;
  const tokenQuery = sessionToken ? `&X-Amz-Security-Token=${encodeRfc3986(sessionToken)}` : "";
  return {
    credential,
    signingKey,
    sign: createSignRequest({ signingKey, scope }),
    moment: createMoments({ date, queryStart, tokenQuery }),
  };
}

/** Makes a function that caches its last result. On a busy server, most signatures have the same second as the signature before. */
function createMoments(text: { date: string; queryStart: string; tokenQuery: string }): SigningDay["moment"] {
  let last: Moment | undefined;
  return (epochSecond, expiresInSeconds) => {
    if (last?.epochSecond === epochSecond && last.expiresInSeconds === expiresInSeconds) return last;
    const amzDate = `${text.date}T${timeOfDay(epochSecond % SECONDS_PER_DAY)}Z`;
    const query = [text.queryStart, amzDate, "&X-Amz-Expires=", expiresInSeconds, text.tokenQuery];
    // `join` makes a flat string. The operator `+` would make a tree of strings (a rope), which V8 would flatten at every later use.
    const inRequest = ["\n", ...query].join("");
    const inUrl = ["?", ...query, "&X-Amz-Signature="].join("");
    last = { epochSecond, expiresInSeconds, amzDate, inRequest, inUrl };
    return last;
  };
}

function timeOfDay(second: number): string {
  return [second / 3600, (second / 60) % 60, second % 60].map(twoDigits).join("");
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

function isSame(a: Credentials, b: Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

function assertCredentials({ accessKeyId, secretAccessKey, sessionToken }: Credentials): void {
  const required = [accessKeyId, secretAccessKey];
  if (required.some((value) => typeof value !== "string" || value === "")) {
    throw new PresignError(
      "invalid_credentials",
      "The access key id and the secret access key must be non-empty strings",
    );
  }
  const given = sessionToken === undefined ? required : [...required, sessionToken];
  // A control character in a secret is almost always a line break at the end of a file.
  if (given.some((value) => typeof value !== "string" || !value.isWellFormed() || CONTROL.test(value))) {
    throw new PresignError("invalid_credentials", "The credentials contain a control character or are not text");
  }
}
