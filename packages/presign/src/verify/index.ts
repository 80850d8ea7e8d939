export {
  type AwsChunkedDecoder,
  type AwsChunkedOptions,
  createAwsChunkedDecoder,
  type Sha256Stream,
} from "./aws-chunked.ts";
export type { HeaderFields } from "./headers.ts";
export type { PayloadDeclaration } from "./payload.ts";
export type { QueryParameter, RequestTarget } from "./request-target.ts";
export { parseRequestTarget } from "./request-target.ts";
export { type Refusal, refuse } from "./result.ts";
export {
  createVerifier,
  type ReceivedRequest,
  type VerifiedRequest,
  type Verifier,
  type VerifierCredentials,
} from "./verify-request.ts";
