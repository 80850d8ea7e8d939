import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { inputs } from "./inputs.ts";

const MAX_AGE_SECONDS = 30;

/**
 * Throws unless the URL has a valid signature that allows a GET of this object for the expected time.
 *
 * This function computes the signature with separate, simple code, so no signer checks its own URLs.
 */
export function checkUrl(url: string, key: string): void {
  const { host, pathname, searchParams, search } = new URL(url);
  const inHost = host.startsWith(`${inputs.bucket}.`);
  equal(inHost ? host.slice(inputs.bucket.length + 1) : host, new URL(inputs.endpoint).host);
  equal(decodeURIComponent(pathname), inHost ? `/${key}` : `/${inputs.bucket}/${key}`);
  equal(searchParams.get("X-Amz-Algorithm"), "AWS4-HMAC-SHA256");
  equal(searchParams.get("X-Amz-Expires"), String(inputs.expiresInSeconds));
  equal(searchParams.get("X-Amz-SignedHeaders"), "host");
  const amzDate = searchParams.get("X-Amz-Date") ?? "";
  ok(ageSeconds(amzDate) < MAX_AGE_SECONDS, `X-Amz-Date is ${amzDate}`);
  const scope = [amzDate.slice(0, 8), inputs.region, "s3", "aws4_request"];
  deepEqual(searchParams.get("X-Amz-Credential")?.split("/"), [inputs.accessKeyId, ...scope]);
  const parameters = search
    .slice(1)
    .split("&")
    .filter((parameter) => !parameter.startsWith("X-Amz-Signature="));
  const request = ["GET", pathname, parameters.sort().join("&"), `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join(
    "\n",
  );
  const stringToSign = [
    "AWS4-HMAC-SHA256",
    amzDate,
    scope.join("/"),
    createHash("sha256").update(request).digest("hex"),
  ].join("\n");
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${inputs.secretAccessKey}`);
  equal(searchParams.get("X-Amz-Signature"), hmac(signingKey, stringToSign).toString("hex"));
}

function ageSeconds(amzDate: string): number {
  const iso = amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return Math.abs(Date.now() - Date.parse(iso)) / 1000;
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
