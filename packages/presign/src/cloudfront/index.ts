/*
 * An entry point of its own, because it imports node:crypto. The main entry point also runs in browsers.
 * SHA-256 is small enough to write again for them. RSA and ECDSA are not, and a browser must never hold this private key.
 */
export {
  type CloudFrontGetOptions,
  type CloudFrontOptions,
  type CloudFrontSigner,
  createCloudFrontSigner,
} from "./signer.ts";
