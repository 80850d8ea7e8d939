import { hash } from "node:crypto";
import {
  type Credentials,
  createSigningDays,
  encodeKey,
  encodeRfc3986,
  type PresignTarget,
  resolveTarget,
} from "@valetkey/presign";

/** A request to the bucket, or to one object of the bucket. The request omits members of `query` and `headers` that are undefined. */
export type S3Request = {
  method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  objectKey?: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** The names of headers are in lower case. */
  headers?: Readonly<Record<string, string | undefined>>;
  body?: Buffer | string;
};

type SignedRequest = { url: string; headers: Record<string, string> };
type Moment = { credentials: Credentials; now: number };

/** A moment of the signer has a lifetime, which a signature in a header does not use. */
const EXPIRES_IN_SECONDS = 900;

/**
 * Signs requests with the header `authorization`. Presigned URLs are for other clients (`signing.ts`).
 * Source: AWS "Authenticating requests: using the Authorization header (AWS Signature Version 4)".
 */
export function createSignRequest(target: PresignTarget): {
  origin: string;
  sign(request: S3Request, moment: Moment): SignedRequest;
} {
  const { host, origin, pathPrefix, region } = resolveTarget(target);
  const findDay = createSigningDays(region);

  function sign({ method, objectKey, query = {}, headers = {}, body = "" }: S3Request, { credentials, now }: Moment) {
    const epochSecond = Math.floor(now / 1000);
    const day = findDay(epochSecond, credentials);
    const { amzDate } = day.moment(epochSecond, EXPIRES_IN_SECONDS);
    const payload = hash("sha256", body, "hex");
    const sent = present({
      ...headers,
      host,
      "x-amz-content-sha256": payload,
      "x-amz-date": amzDate,
      "x-amz-security-token": credentials.sessionToken,
    });
    const path = pathPrefix + (objectKey === undefined ? "" : encodeKey(objectKey));
    const parameters = present(query).map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`);
    const names = sent.map(([name]) => name).join(";");
    const lines = sent.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}\n`).join("");
    const canonical = [method, path, parameters.join("&"), lines, names, payload].join("\n");
    const signature = day.sign(amzDate, canonical);
    const authorization = `AWS4-HMAC-SHA256 Credential=${day.credential}, SignedHeaders=${names}, Signature=${signature}`;
    const url = `${origin}${path}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
    return { url, headers: { ...Object.fromEntries(sent), authorization } };
  }
  return { origin, sign };
}

/** Returns the entries that have a value, sorted by name as the signature requires. */
function present(values: Readonly<Record<string, string | number | undefined>>): [string, string][] {
  const entries = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return entries.sort(([one], [other]) => (one < other ? -1 : 1));
}
