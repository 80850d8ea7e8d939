import { hmacSha256, sha256Hex } from "../sha256.ts";

/** What a signature covers, besides the request: `dateTime` reads yyyymmddThhmmssZ, `scope` reads date/region/s3/aws4_request. */
export type SigningContext = { dateTime: string; scope: string; signingKey: Uint8Array };

/** The SHA-256 of no bytes. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The lowercase hex signature of a string to sign whose characters each stand for one byte. */
export function sign(stringToSign: string, signingKey: Uint8Array): string {
  return toHex(hmacSha256(signingKey, latin1(stringToSign)));
}

/** The string to sign for a canonical request whose characters each stand for one byte. */
export function stringToSign(canonicalRequest: string, context: SigningContext): string {
  return `AWS4-HMAC-SHA256\n${context.dateTime}\n${context.scope}\n${sha256Hex(latin1(canonicalRequest))}`;
}

/** Compares two texts in a time that depends on their lengths only. */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

/** The bytes of a text whose characters each stand for one byte, as node:http hands out targets and headers. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
