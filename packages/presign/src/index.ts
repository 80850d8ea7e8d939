export {
  type EncodedKey,
  type EncodedResponse,
  encodeKey,
  encodeResponse,
  encodeRfc3986,
  parseEncodedKey,
  type ResponseOverrides,
} from "./encode.ts";
export { PresignError, type PresignErrorCode } from "./errors.ts";
export { parseS3Url, type S3Location } from "./parse-s3-url.ts";
export { createPresigner } from "./presigner.ts";
export { hmacSha256, sha256Hex } from "./sha256.ts";
export { deriveSigningKey } from "./signature.ts";
export { createSigningDays } from "./signing-days.ts";
export { type ResolvedTarget, resolveTarget } from "./target.ts";
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
export {
  type AwsChunkedDecoder,
  type AwsChunkedOptions,
  createAwsChunkedDecoder,
  type Sha256Stream,
} from "./verify/aws-chunked.ts";
export type { VerifierCredentials } from "./verify/credentials.ts";
export type { PayloadDeclaration } from "./verify/payload.ts";
export { createPostVerifier, type PostedForm, type PostVerifier, type VerifiedForm } from "./verify/post-policy.ts";
export type { HeaderFields } from "./verify/request-target.ts";
export {
  parseRequestTarget,
  type QueryParameter,
  type Refusal,
  type RequestTarget,
  refuse,
} from "./verify/request-target.ts";
export {
  createVerifier,
  type ReceivedRequest,
  type VerifiedRequest,
  type Verifier,
} from "./verify/verify-request.ts";
