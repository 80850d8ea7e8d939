import { hmacSha256, hmacSha256Js, type NodeCrypto, nodeCrypto, sha256HexJs, toHex } from "./sha256.ts";

/** Signs a canonical request. The parameter `amzDate` has the form yyyymmddThhmmssZ. A SignRequest returns 64 lowercase hex digits. */
export type SignRequest = (amzDate: string, canonicalRequest: string) => string;

/** The member `scope` has the form yyyymmdd/region/service/aws4_request. The member `signingKey` is the 32-byte key of the scope. */
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
 * Makes a signer that uses three one-shot hashes for each signature. The last two of the three hashes form an HMAC. The signer builds its
 * buffers once.
 *
 * In the string to sign, only the date and the hash of the canonical request change, and each has a fixed offset.
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
    // The hash function returns a latin1 string in a third of the time of a Buffer. A loop over 32 bytes is faster than `Buffer.write`.
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

/** Returns the first block that an HMAC hashes: the key, XORed with `mask`. A signing key is a digest, and fits into a block of SHA-256. */
function pad(signingKey: Uint8Array, mask: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(signingKey);
  return block.map((byte) => byte ^ mask);
}

/** The secret and the scope of a signing key. */
type SigningScope = { date: string; region: string; service: string };

/**
 * Derives the 32-byte key that signs requests to one service in one region on one day.
 *
 * `date` is in UTC and has the form yyyymmdd. deriveSigningKey does not validate its arguments.
 * Source: AWS "Create a signed AWS API request", step 4.
 */
export function deriveSigningKey(scope: SigningScope & { secretAccessKey: string }): Uint8Array {
  const dateKey = hmacSha256(new TextEncoder().encode(`AWS4${scope.secretAccessKey}`), scope.date);
  const regionKey = hmacSha256(dateKey, scope.region);
  const serviceKey = hmacSha256(regionKey, scope.service);
  return hmacSha256(serviceKey, "aws4_request");
}
