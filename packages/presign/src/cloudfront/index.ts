/*
 * A separate entry point, because it imports node:crypto. The main entry point also runs in browsers, with its own SHA-256. RSA and
 * ECDSA are too large to write again, and a browser must never have this private key.
 */
export {
  type CloudFrontGetOptions,
  type CloudFrontOptions,
  type CloudFrontSigner,
  createCloudFrontSigner,
} from "./signer.ts";
