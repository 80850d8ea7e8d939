export { type EncodedKey, encodeKey, encodeRfc3986, parseEncodedKey } from "./encode.ts";
export { PresignError, type PresignErrorCode } from "./errors.ts";
export { hmacSha256, sha256Hex } from "./sha256.ts";
export { deriveSigningKey } from "./signing-key.ts";
export * from "./verify/index.ts";
