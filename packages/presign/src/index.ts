export { type EncodedKey, encodeKey, encodeRfc3986, parseEncodedKey } from "./encode.ts";
export { PresignError, type PresignErrorCode } from "./errors.ts";
export { parseS3Url, type S3Location } from "./parse-s3-url.ts";
export { createPresigner } from "./presigner.ts";
export { type EncodedResponse, encodeResponse, type ResponseOverrides } from "./response-overrides.ts";
export { hmacSha256, sha256Hex } from "./sha256.ts";
export { deriveSigningKey } from "./signing-key.ts";
export type {
  Credentials,
  GetOptions,
  ObjectName,
  PolicyCondition,
  PostOptions,
  PresignedPost,
  PresignedRequest,
  Presigner,
  PresignOptions,
  PresignTarget,
  PresignWarning,
  SigningOptions,
  UploadPartOptions,
  VersionedOptions,
} from "./types.ts";
export * from "./verify/index.ts";
