import { hash } from "node:crypto";
import { createPresigner } from "@valetkey/presign";
import { inputs } from "./inputs.ts";
import type { Signer } from "./signers.ts";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * Makes a signer that computes only the hashes that a signature needs: one of the canonical request, and two for the HMAC. No signer that
 * uses the native hash of Node.js can be faster.
 *
 * The input of each hash is as long as the input for a real signature. This signer builds no URL and copies nothing.
 */
export function createLimit(): Signer {
  const requests = inputs.keys.map(canonicalRequest);
  const inner = Buffer.alloc(BLOCK_BYTES + stringToSignLength(), 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  const sign = (index: number) => {
    hash("sha256", requests[index % requests.length] as string, "hex");
    hash("sha256", inner, "binary");
    return hash("sha256", outer, "hex");
  };
  return { name: "limit: three native hashes", isPeer: false, kind: "sync", sign };
}

function canonicalRequest(key: string): string {
  const { bucket, region, accessKeyId, secretAccessKey, expiresInSeconds } = inputs;
  const credentials = { accessKeyId, secretAccessKey };
  const { url } = createPresigner({ bucket, region }).presignGet({ key, credentials, expiresInSeconds, now: 0 });
  const { host, pathname, search } = new URL(url);
  const query = search.slice(1).replace(/&X-Amz-Signature=[0-9a-f]+/, "");
  return `GET\n${pathname}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
}

function stringToSignLength(): number {
  return `AWS4-HMAC-SHA256\n20261124T000000Z\n20261124/${inputs.region}/s3/aws4_request\n`.length + 2 * DIGEST_BYTES;
}
