/*
 * This entry point is separate, because it imports node:crypto, and the main entry point must also run in browsers. For browsers, this
 * package contains its own code for SHA-256. The package contains no code for RSA and ECDSA, because such code is large, and a browser must
 * never have the private key of CloudFront.
 */
export {
  type CloudFrontGetOptions,
  type CloudFrontOptions,
  type CloudFrontSigner,
  createCloudFrontSigner,
} from "./signer.ts";
