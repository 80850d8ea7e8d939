export {
  type AwsChunkedDecoder,
  type AwsChunkedOptions,
  createAwsChunkedDecoder,
  type Sha256Stream,
} from "./aws-chunked.ts";
export type { VerifierCredentials } from "./credentials.ts";
export type { HeaderFields } from "./headers.ts";
export type { PayloadDeclaration } from "./payload.ts";
export { createPostVerifier, type PostedForm, type PostVerifier, type VerifiedForm } from "./post-policy.ts";
export { type Refusal, refuse } from "./refusal.ts";
export type { QueryParameter, RequestTarget } from "./request-target.ts";
export { parseRequestTarget } from "./request-target.ts";
export {
  createVerifier,
  type ReceivedRequest,
  type VerifiedRequest,
  type Verifier,
} from "./verify-request.ts";
