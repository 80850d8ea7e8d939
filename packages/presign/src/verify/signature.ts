import { hmacSha256, sha256Hex, toHex } from "../sha256.ts";
import { refuse } from "./refusal.ts";

/** The values that a signature depends on. `dateTime` has the form yyyymmddThhmmssZ, and `scope` the form date/region/s3/aws4_request. */
export type SigningContext = { dateTime: string; scope: string; signingKey: Uint8Array };

export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Signs a text in which each character is one byte. Returns lowercase hex. */
export function sign(stringToSign: string, signingKey: Uint8Array): string {
  return toHex(hmacSha256(signingKey, latin1(stringToSign)));
}

/** Builds the string to sign from a canonical request, in which each character is one byte. */
export function stringToSign(canonicalRequest: string, context: SigningContext): string {
  return `AWS4-HMAC-SHA256\n${context.dateTime}\n${context.scope}\n${sha256Hex(latin1(canonicalRequest))}`;
}

export function signatureDoesNotMatch(signed: { accessKeyId: string; signature: string }, text: string) {
  return refuse(403, "SignatureDoesNotMatch", {
    message:
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    details: { AWSAccessKeyId: signed.accessKeyId, StringToSign: text, SignatureProvided: signed.signature },
  });
}

/** Compares two texts. The time of the comparison depends only on their lengths. */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

/** Converts a text to bytes, one byte for each character. node:http returns targets and headers as such texts. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
