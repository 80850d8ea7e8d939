import { hmacSha256, hmacSha256Js, type NodeCrypto, nodeCrypto, sha256HexJs, toHex } from "./sha256.ts";

/** Signs a canonical request. `amzDate`: in the form yyyymmddThhmmssZ. Returns 64 lowercase hex digits. */
export type SignRequest = (amzDate: string, canonicalRequest: string) => string;

/** `scope`: in the form yyyymmdd/region/service/aws4_request. `signingKey`: the key of the scope, 32 bytes. */
type SignerOptions = { signingKey: Uint8Array; scope: string };

const ALGORITHM_LINE = "AWS4-HMAC-SHA256\n";
const AMZ_DATE_LENGTH = 16;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const DIGEST_HEX_LENGTH = 64;

export function createSignRequest(options: SignerOptions): SignRequest {
  return nodeCrypto ? nativeSigner(options, nodeCrypto) : plainSigner(options);
}

/**
 * Makes a signer that computes three hashes for each signature, the last two for an HMAC. The signer builds its buffers once.
 *
 * In the string to sign, only the date and the hash of the canonical request change, at fixed offsets.
 */
function nativeSigner({ signingKey, scope }: SignerOptions, { hash }: NodeCrypto): SignRequest {
  const stringToSign = `${ALGORITHM_LINE}${" ".repeat(AMZ_DATE_LENGTH)}\n${scope}\n${" ".repeat(DIGEST_HEX_LENGTH)}`;
  const inner = Buffer.concat([pad(signingKey, 0x36), Buffer.from(stringToSign, "latin1")]);
  const outer = Buffer.concat([pad(signingKey, 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  const dateAt = BLOCK_BYTES + ALGORITHM_LINE.length;
  const hashAt = inner.length - DIGEST_HEX_LENGTH;
  let writtenDate = "";
  return (amzDate, canonicalRequest) => {
    if (amzDate !== writtenDate) {
      inner.write(amzDate, dateAt, "latin1");
      writtenDate = amzDate;
    }
    inner.write(hash("sha256", canonicalRequest, "hex"), hashAt, "latin1");
    // A latin1 string takes a third of the time of a Buffer. A loop over 32 bytes is faster than `Buffer.write`.
    const digest = hash("sha256", inner, "binary");
    for (let i = 0; i < DIGEST_BYTES; i++) outer[BLOCK_BYTES + i] = digest.charCodeAt(i);
    return hash("sha256", outer, "hex");
  };
}

export function plainSigner({ signingKey, scope }: SignerOptions): SignRequest {
  return (amzDate, canonicalRequest) => {
    const stringToSign = `${ALGORITHM_LINE}${amzDate}\n${scope}\n${sha256HexJs(canonicalRequest)}`;
    return toHex(hmacSha256Js(signingKey, stringToSign));
  };
}

/**
 * Returns the first block that an HMAC hashes: the key, XORed with `mask`. A signing key fits into a block of SHA-256, because it is a
 * hash.
 */
function pad(signingKey: Uint8Array, mask: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(signingKey);
  return block.map((byte) => byte ^ mask);
}

type SigningScope = { date: string; region: string; service: string };

/**
 * Derives the 32-byte key that signs requests to one service in one region on one day.
 *
 * `date`: in UTC, in the form yyyymmdd. The arguments are not validated. Source: AWS "Create a signed AWS API request", step 4.
 */
export function deriveSigningKey(scope: SigningScope & { secretAccessKey: string }): Uint8Array {
  const dateKey = hmacSha256(new TextEncoder().encode(`AWS4${scope.secretAccessKey}`), scope.date);
  const regionKey = hmacSha256(dateKey, scope.region);
  const serviceKey = hmacSha256(regionKey, scope.service);
  return hmacSha256(serviceKey, "aws4_request");
}
