import { createHash, createHmac } from "node:crypto";
import { CREDENTIALS } from "./bucket.ts";

/** A request that a normal client would not send. The test sends the path and the query exactly as given. */
type HandSigned = {
  method: string;
  path: string;
  query?: string[];
  headers?: Record<string, string>;
  payloadHash?: string;
};

const sha256 = (text: string) => createHash("sha256").update(text, "latin1").digest("hex");
const now = () => new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
const scopeOf = (dateTime: string) => `${dateTime.slice(0, 8)}/us-east-1/s3/aws4_request`;

/** Presigns any URL, with the host as the only signed header. */
export function presignByHand(endpoint: string, { method, path, query = [] }: HandSigned): string {
  const dateTime = now();
  const signed = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${CREDENTIALS.accessKeyId}/${scopeOf(dateTime)}`)}`,
    `X-Amz-Date=${dateTime}`,
    "X-Amz-Expires=60",
    "X-Amz-SignedHeaders=host",
    ...query.map((pair) => (pair.includes("=") ? pair : `${pair}=`)),
  ];
  const host = endpoint.slice("http://".length);
  const canonical = [method, path, signed.sort().join("&"), `host:${host}\n`, "host", "UNSIGNED-PAYLOAD"].join("\n");
  return `${endpoint}${path}?${signed.join("&")}&X-Amz-Signature=${signChain(dateTime, "AWS4-HMAC-SHA256", [sha256(canonical)])}`;
}

/** Signs a request in its Authorization header. Returns the headers, the signature, and functions that sign chunks. */
export function signByHand(
  endpoint: string,
  { method, path, headers = {}, payloadHash = "UNSIGNED-PAYLOAD" }: HandSigned,
) {
  const dateTime = now();
  const all: Record<string, string> = {
    ...headers,
    host: endpoint.slice("http://".length),
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": dateTime,
  };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}\n`).join("");
  const signature = signChain(dateTime, "AWS4-HMAC-SHA256", [
    sha256([method, path, "", lines, names.join(";"), payloadHash].join("\n")),
  ]);
  const credential = `${CREDENTIALS.accessKeyId}/${scopeOf(dateTime)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names.join(";")},Signature=${signature}`;
  const signChunk = (previous: string, data: string) =>
    signChain(dateTime, "AWS4-HMAC-SHA256-PAYLOAD", [previous, sha256(""), sha256(data)]);
  const signTrailer = (previous: string, trailer: string) =>
    signChain(dateTime, "AWS4-HMAC-SHA256-TRAILER", [previous, sha256(trailer)]);
  return { headers: { ...all, authorization }, signature, signChunk, signTrailer };
}

function signChain(dateTime: string, algorithm: string, parts: string[]): string {
  const key = scopeOf(dateTime)
    .split("/")
    .reduce<string | Buffer>(
      (previous, part) => createHmac("sha256", previous).update(part).digest(),
      `AWS4${CREDENTIALS.secretAccessKey}`,
    );
  return createHmac("sha256", key)
    .update([algorithm, dateTime, scopeOf(dateTime), ...parts].join("\n"), "latin1")
    .digest("hex");
}
